"""Whatever a sender wrote into a dead letter, a terminal and a JSON reader get it harmless and in bounds."""

import json
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell_cli.dlq import app
from framewell_cli.dlq.formatting import as_json, as_text, moment
from framewell_cli.dlq.options import Filters
from framewell_cli.errors import UsageProblem
from framewell_cli.plain_text import plain, plain_json
from framewell_kafka.dead_letters import WAITING, Action, DeadLetter, DeadLetterId, Selection
from framewell_kafka.dead_letters.content import content
from framewell_kafka.retry_headers import RetryHeaders

REQUESTED = "framewell.ingest.requested.v1"
HOSTILE = "\x1b[2J\x07\x9b31m\u202eevil\u2028\r\n"
NOTE = RetryHeaders(
    "ingest.accept_request", REQUESTED, 0, 5, 3, 1000, 2000, "failed", "no", traceback="File x"
)


def a_dead_letter(
    value: bytes | None, headers: list[tuple[str, bytes]] | None = None, note: RetryHeaders | None = NOTE
) -> DeadLetter:
    ours = [
        ("ce_specversion", b"1.0"),
        ("ce_id", b"e1"),
        ("ce_source", b"/test"),
        ("ce_type", REQUESTED.encode()),
        ("content-type", b"application/protobuf"),
    ]
    place = DeadLetterId("ingest.accept_request", 0, 7)
    return DeadLetter(place, 1_700_000_000_000, note, b"k", value, headers or ours, None)


def test_nothing_in_a_letter_works_on_the_terminal() -> None:
    evil = RetryHeaders("g", HOSTILE, 0, 0, 1, 1, 1, HOSTILE, HOSTILE, traceback=HOSTILE)
    headers = [("ce_type", HOSTILE.encode()), ("ce_id", b"\xff\xfe"), (HOSTILE, HOSTILE.encode())]
    mark = Action("discarded", 1, HOSTILE, 1, 0, HOSTILE)
    dead_letter = DeadLetter(DeadLetterId("g", 0, 1), 1, evil, None, HOSTILE.encode(), headers, mark)
    text = as_text(dead_letter)
    assert all(one.isprintable() or one == "\n" for one in text)
    assert "\\x1b[2J" in text
    printed = plain_json(json.dumps(as_json(dead_letter), ensure_ascii=False))
    assert printed.isprintable()
    assert json.loads(printed)["reason"] == HOSTILE


def test_escaping_changes_no_value() -> None:
    value = {"a": "\U000e0001 ü 😀 \x9b \u202e", "b": ["\x7f"]}
    assert json.loads(plain_json(json.dumps(value, ensure_ascii=False))) == value
    assert plain("Müßig 😀") == "Müßig 😀"


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (IngestRequested(asset_id="a", uri="file:///x").SerializeToString(), "fact"),
        (b'{"urrl": "x"}', "json"),
        (b"just text", "text"),
        (b"\xff" * 1000, "bytes"),
        (b"[" * 100_000, "text"),
        (None, "nothing"),
    ],
)
def test_a_payload_is_shown_as_what_it_is(value: bytes | None, kind: str) -> None:
    dead_letter = a_dead_letter(value)
    payload = content(dead_letter)
    assert (payload.kind, payload.size) == (kind, len(value or b""))
    assert f"payload ({kind}, {len(value or b'')} bytes)" in as_text(dead_letter)


def test_whom_a_replay_reaches_is_said() -> None:
    dead_letter = a_dead_letter(b"no event")
    assert as_json(dead_letter)["replay_reaches"] == ["ingest.accept_request", "gateway.record_event"]
    assert "replay     reaches also gateway.record_event (they read its topic, too)" in as_text(dead_letter)


def test_a_fact_is_shown_in_words() -> None:
    fact = IngestRequested(asset_id="a", uri="file:///x").SerializeToString()
    document = as_json(a_dead_letter(fact))
    assert document["payload"]["value"] == {"asset_id": "a", "uri": "file:///x"}
    assert (document["attempts"], document["origin"]["offset"], document["traceback"]) == (3, 5, "File x")
    assert (document["first"], document["last"]) == ("1970-01-01T00:00:01Z", "1970-01-01T00:00:02Z")


def test_attributes_are_found_in_whichever_mode_they_were_sent() -> None:
    """The content is no good (`urrl`), but whose event it was can still be read."""
    value = b'{"specversion": "1.0", "id": "playout/1", "source": "/p", "type": "t", "data": {"urrl": "x"}}'
    dead_letter = a_dead_letter(value, headers=[("x", b"y")])
    assert (dead_letter.event_id, dead_letter.event_type, dead_letter.asset()) == ("playout/1", "t", "")
    junk = a_dead_letter(b"{no json", headers=[("x", b"y")])
    assert (junk.event_id, junk.event_type) == ("", "")


def test_huge_and_many_headers_stay_in_bounds_on_the_terminal() -> None:
    headers = [("big", b"x" * 1_000_000), ("binary", bytes(range(256)) * 400)] + [("n", b"v")] * 5000
    text = as_text(a_dead_letter(b"x" * 2_000_000, headers))
    assert len(text) < 40_000
    assert "(1000000 bytes)" in text
    assert "more: --json" in text


def test_a_letter_with_damaged_headers_can_be_told() -> None:
    dead_letter = a_dead_letter(b"x", note=None)
    assert "damaged" in as_text(dead_letter)
    assert as_json(dead_letter)["code"] == "damaged"


def test_times_no_calendar_knows_are_told_as_numbers() -> None:
    assert moment(10**18) == str(10**18)


def chosen(looks_back: str = "all", **conditions: Any) -> Selection:
    return Filters(**conditions).selection(("ingest.accept_request",), WAITING, looks_back=looks_back)


def test_times_are_told_as_people_say_them() -> None:
    two_hours = chosen(since="2h").since_ms
    assert two_hours is not None
    ago = datetime.now(UTC) - datetime.fromtimestamp(two_hours / 1000, UTC)
    assert abs(ago - timedelta(hours=2)) < timedelta(seconds=5)
    assert chosen(until="2026-11-22T18:00").until_ms == chosen(until="2026-11-22T19:00+01:00").until_ms
    assert chosen(event_type="ingest.requested").event_type == REQUESTED
    with pytest.raises(UsageProblem, match="30m"):
        chosen(since="yesterday")


def test_how_far_back_is_looked_is_what_is_said_and_unbounded_where_letters_are_named() -> None:
    month = chosen(looks_back="30d").since_ms
    assert month is not None
    day = chosen(looks_back="30d", since="1d").since_ms
    assert day is not None
    assert day > month
    for given in ({"since": "all"}, {"ids": ["e1"]}, {"until": "60d"}):
        assert chosen(looks_back="30d", **given).since_ms is None
    assert chosen().since_ms is None


def test_every_command_that_chooses_letters_takes_the_same_options() -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    shared = {"--code", "--reason", "--type", "--asset", "--since", "--until", "--id"}
    for name in ("list", "show", "replay", "discard"):
        assert shared <= {option for one in commands[name].params for option in one.opts}


def test_showing_none_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(_: object, work: Coroutine[Any, Any, object]) -> tuple[bool, dict[str, int]]:
        work.close()
        return False, {}

    monkeypatch.setattr("framewell_cli.dlq.showing.run", none)
    asked = ["show", "ingest.accept_request", "--id", "nobody", "--kafka", "127.0.0.1:1"]
    shown = CliRunner().invoke(app, asked)
    assert (shown.stdout, shown.stderr) == ("", "no such dead letters\n")
    shown = CliRunner().invoke(app, [*asked, "--json"])
    assert json.loads(shown.stdout)["dead_letters"] == []
