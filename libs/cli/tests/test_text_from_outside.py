"""Titles, reasons and ids are whatever somebody sent: a terminal shows them and does nothing they say."""

import errno
import io
import json
import os
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from framewell_cli import console, main
from framewell_cli.commands.gateway_access import asset_id
from framewell_cli.commands.why_text import print_why
from framewell_cli.errors import UsageProblem
from framewell_cli.events import _newest
from framewell_cli.plain_text import harmless, one_line, plain, plain_json

HOSTILE = "\x1b]0;pwned\x07\x9b31m\u202eevil\udcff"
SHOWN = "\\x1b]0;pwned\\x07\\x9b31m\\u202eevil\\udcff"


def test_what_works_on_a_terminal_is_shown_and_what_writing_needs_stays() -> None:
    assert harmless(HOSTILE) == SHOWN
    for good in ("Müßigbrodt", "«\u00a0Bonjour\u00a0»", "می\u200cخواهم", "👩\u200d🚒", "a\tb"):
        assert harmless(good) == good
    assert harmless("two\nlines\r\n") == "two\nlines"
    assert one_line("two\nlines\u2028three") == "two lines three"


@pytest.mark.parametrize("shown", [harmless, one_line, plain, plain_json])
@pytest.mark.parametrize(
    "text",
    [
        '{"uri": "https://editor:hush-hush@a.example/a.mp4"}',
        '{"uri": "https://a.example/a?sig=hush-hush", "n": 1}',
    ],
)
def test_the_secret_of_an_address_is_not_shown(shown: Callable[[str], str], text: str) -> None:
    assert "hush-hush" not in shown(text)
    json.loads(shown(text))


@pytest.mark.parametrize("at_a_terminal", [True, False])
def test_tables_sentences_and_reasons_are_harmless(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], at_a_terminal: bool
) -> None:
    screen = io.StringIO()
    results = console.HarmlessConsole(
        file=screen, force_terminal=at_a_terminal, color_system=None, soft_wrap=True, width=200
    )
    for place in ("framewell_cli.console.results", "framewell_cli.commands.why_text.results"):
        monkeypatch.setattr(place, results)
    console.print_table(("asset", "title"), [("1", f"{HOSTILE}\nnews")])
    results.print(HOSTILE, markup=False)
    reason = {"weight": "waits", "sentence": HOSTILE, "advice": HOSTILE}
    explanation = {"verdict": "stuck", "headline": HOSTILE, "waits_for": [HOSTILE], "reasons": [reason]}
    print_why({**explanation, "missing": [HOSTILE], "incomplete": [HOSTILE]})
    printed = screen.getvalue() + capsys.readouterr().out
    assert printed.count(SHOWN) == 8
    assert SHOWN + " news" in printed
    assert not any(sign in printed for sign in "\x1b\x07\x9b\u202e\udcff")


@pytest.mark.parametrize(
    "text", ["", "../models", "x?y#z", "\udcff", "{1c5b2c1e-0000-4000-8000-00000000000a}"]
)
def test_what_is_no_id_asks_the_gateway_nothing(text: str) -> None:
    with pytest.raises(UsageProblem, match="framewell assets"):
        asset_id(text)


def test_an_id_is_taken_as_it_is_written() -> None:
    assert asset_id("1C5B2C1E-0000-4000-8000-00000000000A") == "1C5B2C1E-0000-4000-8000-00000000000A"


def test_ctrl_c_while_a_command_is_loaded_ends_it_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def load(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(main, "build", load)
    with pytest.raises(SystemExit) as ended:
        main.main()
    assert ended.value.code == 130


def test_a_full_disk_is_told_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    number = errno.ENOSPC

    def write(_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(main, "build", write)
    with pytest.raises(SystemExit) as ended:
        main.main()
    assert ended.value.code == 1
    assert "The disk is full" in capsys.readouterr().err
    number = errno.EBADF
    with pytest.raises(OSError, match="descriptor"):
        main.main()


@dataclass(frozen=True)
class Written:
    topic: str
    partition: int
    timestamp: int


def test_the_newest_of_each_topic_are_shown_whatever_their_partition() -> None:
    written = [Written("a", number % 3, number) for number in range(9)] + [Written("b", 0, 4)]
    assert [(one.topic, one.timestamp) for one in _newest(written, 2)] == [("b", 4), ("a", 7), ("a", 8)]
    assert _newest(written, 0) == []
    assert len(_newest(written, None)) == 10
