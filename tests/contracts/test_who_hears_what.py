"""The catalogue says of every fact who hears it; whoever writes access rules for the broker relies on it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from framewell_contracts.catalogue import ALL_SERVICES, FACTS

SERVICES = Path(__file__).parents[2] / "services"
STAGES = {"Stage", "HeavyStage", "Broadcast"}
BY_NAME = {fact.message.__name__: fact for fact in FACTS.values()}


def read_by(service: str) -> set[str]:
    """Names of the messages that the service's stages read, by the text of its entrypoint."""
    tree = ast.parse((SERVICES / service / f"framewell_{service}" / "entrypoints" / "stream.py").read_text())
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    stages = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id in STAGES]
    names = {node.id for stage in stages for node in ast.walk(stage) if isinstance(node, ast.Name)}
    return names & BY_NAME.keys()


@pytest.mark.parametrize("service", [name for name in ALL_SERVICES if name != "gateway"])
def test_a_service_reads_exactly_what_the_catalogue_says_it_hears(service: str) -> None:
    declared = {name for name, fact in BY_NAME.items() if service in fact.heard_by}
    assert read_by(service) == declared


def test_the_gateway_hears_everything() -> None:
    assert all("gateway" in fact.heard_by for fact in FACTS.values())
