"""A setting that makes no sense ends its process with the variable's name, and without its value."""

import pytest

from framewell_kit.settings import MeshSettings, read_settings


@pytest.mark.parametrize(
    ("variable", "value", "reason"),
    [
        ("FRAMEWELL_TOKENS", "{secret", "it is no JSON"),
        ("FRAMEWELL_TOKENS", '["secret"]', "Input should be a valid dictionary"),
        ("FRAMEWELL_PORT_BASE", "secret", "Input should be a valid integer"),
        ("FRAMEWELL_KEEP_DAYS", "3", "3 days are too few"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, reason: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SystemExit) as ended:
        read_settings(MeshSettings)
    line = str(ended.value.code)  # a text goes to standard error, and the status is 1
    assert line.startswith(f"{variable} makes no sense: ")
    assert reason in line
    assert "secret" not in line


def test_settings_that_make_sense_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRAMEWELL_PORT_BASE", "9000")
    assert read_settings(MeshSettings).port_base == 9000
