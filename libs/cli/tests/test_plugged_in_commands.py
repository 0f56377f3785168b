"""Other packages add commands; those of this package cannot be replaced."""

from importlib.metadata import EntryPoint

import pytest
import typer
from typer.testing import CliRunner

from framewell_cli import main
from framewell_cli.main import COMMANDS, PLUGINS, all_commands, build


def hello() -> None:
    """Say hello."""
    typer.echo("hello")


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed package with two commands, one of which has the name of ours."""
    found = [EntryPoint(name, f"{__name__}:hello", PLUGINS) for name in ("hello", "status")]
    monkeypatch.setattr(main, "entry_points", lambda group: found if group == PLUGINS else [])
    monkeypatch.setattr(main, "import_module", lambda name: __import__("sys").modules[name])


def test_a_command_of_another_package_runs_and_stands_in_the_help() -> None:
    assert CliRunner().invoke(build(["hello"]), ["hello"]).stdout == "hello\n"
    assert [*all_commands()] == [*COMMANDS, "hello"]


def test_no_package_replaces_a_command_of_ours() -> None:
    assert all_commands()["status"] == COMMANDS["status"]
