"""The groups say who reads which fact; every declared reader is a stage of its service, and no other is."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from framewell_contracts.fact_types import FACTS, facts_read
from framewell_contracts.groups import BROADCASTS, GROUPS
from framewell_contracts.services import SERVICES

FOLDERS = Path(__file__).parents[2] / "services"
STAGES = {"Stage", "HeavyStage", "Broadcast"}


def stages_of(service: str) -> list[ast.Call]:
    """Return the stages in the text of a service's entrypoint: training's needs torch to import."""
    tree = ast.parse((FOLDERS / service / f"framewell_{service}" / "entrypoints" / "stream.py").read_text())
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [call for call in calls if isinstance(call.func, ast.Name) and call.func.id in STAGES]


def reader_of(stage: ast.Call) -> str:
    """Return the group or broadcast of a stage, which stands there as text."""
    first = stage.args[0]
    assert isinstance(first, ast.Constant)
    return str(first.value)


@pytest.mark.parametrize("service", SERVICES)
def test_every_declared_reader_is_one_stage_of_its_service(service: str) -> None:
    declared = sorted(one for one in (*GROUPS, *BROADCASTS) if one.partition(".")[0] == service)
    assert sorted(map(reader_of, stages_of(service))) == declared


@pytest.mark.parametrize("service", SERVICES)
def test_decisions_go_when_their_facts_can_come_no_more(service: str) -> None:
    """Decisions on facts that topics keep for some days are forgotten by the sweep that every process runs.

    Of a group that reads facts of both kinds they would be kept for ever and pile up.
    """
    deciding = [one for one in stages_of(service) if any(each.arg == "decide_once" for each in one.keywords)]
    for stage in deciding:
        for_ever = {fact.retention_days is None for fact in facts_read(reader_of(stage))}
        assert len(for_ever) == 1, f"{reader_of(stage)} decides once on facts that go and on facts that stay"
    main = (FOLDERS / service / f"framewell_{service}" / "__main__.py").read_text()
    assert "run_service(" in main, "what runs otherwise has no retention sweep"


def test_the_gateway_hears_everything() -> None:
    assert all("gateway" in fact.read_by for fact in FACTS.values())
