"""The catalogue says who hears every fact, and in which group; whoever writes access rules relies on it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from framewell_contracts.fact_types import FACTS, facts_read
from framewell_contracts.groups import BROADCASTS, GROUPS
from framewell_contracts.services import SERVICES

FOLDERS = Path(__file__).parents[2] / "services"
STAGES = {"Stage", "HeavyStage", "Broadcast"}
BY_NAME = {fact.message.__name__: fact for fact in FACTS.values()}


def stages_of(service: str) -> list[ast.Call]:
    """The stages that a service declares, by the text of its entrypoint: training's needs torch to import."""
    tree = ast.parse((FOLDERS / service / f"framewell_{service}" / "entrypoints" / "stream.py").read_text())
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [call for call in calls if isinstance(call.func, ast.Name) and call.func.id in STAGES]


def messages_in(stage: ast.Call) -> set[str]:
    """Names of the messages that a stage reads."""
    return {node.id for node in ast.walk(stage) if isinstance(node, ast.Name)} & BY_NAME.keys()


def group_of(stage: ast.Call) -> str | None:
    """The stage's group; None for a broadcast."""
    first = stage.args[0] if stage.args else None
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None


@pytest.mark.parametrize("service", [name for name in SERVICES if name != "gateway"])
def test_a_service_reads_exactly_what_the_catalogue_says_it_hears(service: str) -> None:
    declared = {name for name, fact in BY_NAME.items() if service in fact.heard_by}
    assert set().union(*map(messages_in, stages_of(service))) == declared


@pytest.mark.parametrize("service", SERVICES)
def test_a_group_reads_exactly_what_is_declared_of_it(service: str) -> None:
    groups = {group_of(stage): messages_in(stage) for stage in stages_of(service)}
    broadcast = groups.pop(None, set())
    if service == "gateway":
        assert groups.pop("gateway.record_event") == set()  # not named one by one: all of them
    for group, read in groups.items():
        assert group is not None
        assert read == {fact.message.__name__ for fact in facts_read(group)}, group
    assert {group for group in GROUPS if group.startswith(f"{service}.")} - {"gateway.record_event"} == (
        groups.keys()
    )
    declared = [fact for one in BROADCASTS if one.startswith(f"{service}.") for fact in facts_read(one)]
    assert broadcast == {fact.message.__name__ for fact in declared}


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_decided_once_comes_from_topics_that_are_kept_for_ever(service: str) -> None:
    """Decisions are kept for ever: of facts that go after some days they would pile up."""
    for stage in stages_of(service):
        if any(argument.arg == "decide_once" for argument in stage.keywords):
            kept = {BY_NAME[name].retention_days for name in messages_in(stage)}
            assert kept == {None}, group_of(stage)


def test_the_gateway_hears_everything() -> None:
    assert all("gateway" in fact.heard_by for fact in FACTS.values())
