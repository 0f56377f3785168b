"""`framewell topics access`: the table of rights, and the commands that give them."""

import json
import shlex
from itertools import pairwise
from typing import Any

import pytest
from typer.testing import CliRunner

from framewell_cli.main import build
from framewell_kafka.access_table import EVERYBODY, Grant, grants

GIVEN = {"Read": "read", "Write": "write", "Describe": "describe", "Create": "create", "Alter": "alter"}


def answer(*arguments: str) -> Any:
    return CliRunner().invoke(build(["topics"]), ["topics", "access", *arguments])


def test_the_commands_give_exactly_the_rights_of_the_table() -> None:
    result = answer("--format", "kafka-acls", "--prefix", "news.")
    assert result.exit_code == 0
    found: set[tuple[str, str, str, str, str]] = set()
    for line in result.stdout.splitlines():
        words = shlex.split(line)
        assert words[:2] == ["kafka-acls.sh", "--bootstrap-server"]
        assert {"--add", "--force"} <= set(words)
        options = list(pairwise(words))
        who = next(value for name, value in options if name == "--allow-principal")
        pattern = dict(options).get("--resource-pattern-type", "literal")
        for operation in (value for name, value in options if name == "--operation"):
            found |= {
                (who, name[2:], value, GIVEN.get(operation, "alter_configs"), pattern)
                for name, value in options
                if name in ("--topic", "--group")
            }
    assert found == {
        (f"User:framewell-{one.who}", one.resource, one.name, one.operation, one.pattern)
        for one in grants("news.")
    }


def test_one_service_under_the_name_it_has_on_the_broker() -> None:
    result = answer("ingest", "--json", "--principal", "User:CN={who},O=Kanal Eins")
    (found,) = json.loads(result.stdout).values()
    assert {one["who"] for one in found} == {"ingest"}
    assert {one["principal"] for one in found} == {"User:CN=ingest,O=Kanal Eins"}
    assert {"read", "write"} == {one["operation"] for one in found}


def test_one_integrator_writes_requests_and_reads_results_in_groups_of_its_own() -> None:
    result = answer(
        "outside", "results", "--principal", "User:playout-7", "--results-group", "playout-7.", "--json"
    )
    (found,) = json.loads(result.stdout).values()
    assert {one["principal"] for one in found} == {"User:playout-7"}
    assert {
        (one["resource"], one["name"], one["pattern"]) for one in found if one["operation"] == "read"
    } == {
        ("topic", "framewell.results.v1", "literal"),
        ("group", "playout-7.", "prefixed"),
    }
    assert "results.*" in answer("results").stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["nobody"],
        ["--principal", "User:mesh"],
        ["ingest", "--principal", "User:mesh"],
        ["results", "--results-group", ""],
    ],
)
def test_nonsense_is_refused(arguments: list[str]) -> None:
    result = answer(*arguments)
    assert result.exit_code != 0


def test_everybody_needs_something_and_services_change_no_topic() -> None:
    table = grants()
    assert {one.who for one in table} == set(EVERYBODY)
    assert {one.who for one in table if one.operation in ("create", "alter", "alter_configs")} == {"operator"}
    assert not [one for one in table if one.who == "outside" and one.operation != "write"]
    assert Grant("ingest", "group", "ingest.erase", "read", "ingest.erase") in table
