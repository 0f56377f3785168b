"""Help pages as a person reads them."""

import pytest
from typer.main import get_command

from framewell_cli.help_text import made_readable
from framewell_cli.main import all_commands, build


@pytest.fixture(scope="module")
def commands() -> object:
    return made_readable(get_command(build(all_commands())))


@pytest.mark.parametrize("width", [60, 100])
def test_help_is_folded_to_the_terminal_and_switches_take_no_value(
    commands: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    with pytest.raises(SystemExit) as ended:
        commands(["topics", "apply", "--help"], prog_name="framewell")  # type: ignore[operator]
    assert ended.value.code == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= width
    assert not any("<bool>" in line for line in lines)
    text = " ".join(line.strip() for line in lines)
    assert "is refused without --yes, and then nothing is changed at all. What the command cannot do" in text
