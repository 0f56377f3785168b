"""One dead letter, told to a person or to a program."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from framewell_cli.console import progress
from framewell_cli.plain_text import plain, plain_json
from framewell_kafka.dead_letters import DeadLetter, Selection
from framewell_kafka.dead_letters.content import content, header

# Nobody reads more of it at a terminal; --json has it whole.
_SHOWN_CHARACTERS: Final = 8 << 10
_HEADER_CHARACTERS: Final = 200
_HEADERS: Final = 40


def moment(milliseconds: int) -> str:
    """A time as ISO 8601, to the second; what no calendar knows is told as the number it is."""
    try:
        return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"
    except (ValueError, OverflowError, OSError):
        return str(milliseconds)


def not_looked_at(chosen: Selection, older: Mapping[str, int]) -> dict[str, Any]:
    """From when on letters were looked at, and how many older ones each group has, for programs."""
    since = None if chosen.since_ms is None else moment(chosen.since_ms)
    return {"since": since, "not_looked_at": dict(older)}


def tell_older(chosen: Selection, older: Mapping[str, int]) -> None:
    """Say, on standard error, that there are letters that were not looked at."""
    if not older or chosen.since_ms is None:
        return
    groups = ", ".join(f"{group} {count:,}" for group, count in sorted(older.items()))
    total = sum(older.values())
    what = "1 letter was" if total == 1 else f"{total:,} letters were"
    progress.print(
        f"{what} given up before {moment(chosen.since_ms)} and not looked at, handled or not: {groups}. "
        "--since all looks at everything.",
        markup=False,
    )


def as_json(letter: DeadLetter) -> dict[str, Any]:
    """Everything about a letter, for programs."""
    note, mark, payload = letter.failure, letter.action, content(letter)
    told: dict[str, Any] = {
        "place": str(letter.id),
        "id": letter.event_id,
        "type": letter.event_type,
        "asset": letter.asset(),
        "state": letter.state,
        "group": letter.id.group,
        "code": letter.code,
        "reason": letter.reason,
        "given_up": moment(letter.written_ms),
        "headers": [{"name": name, "value": header(value)} for name, value in letter.headers],
        "payload": {"kind": payload.kind, "bytes": payload.size, "value": payload.value},
    }
    if note:
        told |= {
            "origin": {
                "topic": note.origin_topic,
                "partition": note.origin_partition,
                "offset": note.origin_offset,
            },
            "attempts": note.attempt,
            "first": moment(note.first_ms),
            "last": moment(note.last_ms),
            "traceback": note.traceback,
        }
    if mark:
        told["handled"] = {
            "deed": mark.kind,
            "at": moment(mark.at_ms),
            "by": mark.by,
            "reason": mark.reason,
            "times_replayed": mark.times,
        }
    return told


def as_text(letter: DeadLetter) -> str:
    """The same for a terminal, nothing in it but what can be printed."""
    note, mark = letter.failure, letter.action
    lines = [
        f"{letter.id}  {letter.state}",
        f"  event      {letter.event_type or 'no type'}  {letter.event_id or 'no id'}",
        f"  given up   {moment(letter.written_ms)}  {letter.code}: {_one_line(letter.reason)}",
    ]
    if asset := letter.asset():
        lines.append(f"  asset      {asset}")
    if note:
        lines.append(f"  came from  {note.origin_topic}/{note.origin_partition}@{note.origin_offset}")
        lines.append(
            f"  attempts   {note.attempt}, first {moment(note.first_ms)}, last {moment(note.last_ms)}"
        )
    if mark:
        why = f": {mark.reason}" if mark.reason else ""
        lines.append(f"  {mark.kind:<9}  {moment(mark.at_ms)} by {mark.by}{why}")
        if mark.times > 1:
            lines.append(f"  sent again {mark.times} times")
    text = "\n".join(plain(line) for line in lines)
    text += "".join(_block(title, body) for title, body in (("headers", _headers(letter)), *_bodies(letter)))
    return text + "\n"


def _bodies(letter: DeadLetter) -> list[tuple[str, str]]:
    payload = content(letter)
    bodies = []
    if payload.kind in ("fact", "json"):
        shown = plain_json(json.dumps(payload.value, indent=2, ensure_ascii=False))
    else:
        shown = plain(payload.value or "", keep="\n\t")
    if payload.kind == "bytes" and payload.size * 2 > len(payload.value):
        shown += " …"
    bodies.append((f"payload ({payload.kind}, {payload.size} bytes)", shown))
    if letter.failure and letter.failure.traceback:
        bodies.append(("traceback", plain(letter.failure.traceback.strip(), keep="\n\t")))
    return bodies


def _headers(letter: DeadLetter) -> str:
    lines = []
    for name, value in letter.headers[:_HEADERS]:
        shown = plain(header(value[: 4 * _HEADER_CHARACTERS] if value else value))
        cut = f"… ({len(value)} bytes)" if value and len(shown) > _HEADER_CHARACTERS else ""
        lines.append(f"{plain(name[:_HEADER_CHARACTERS])}: {shown[:_HEADER_CHARACTERS]}{cut}")
    if len(letter.headers) > _HEADERS:
        lines.append(f"… and {len(letter.headers) - _HEADERS} more")
    return "\n".join(lines)


def _one_line(text: str) -> str:
    return " ".join(text.split("\n"))


def _block(title: str, body: str) -> str:
    if not body:
        return f"\n  {title}" if title != "headers" else ""
    if len(body) > _SHOWN_CHARACTERS:
        body = f"{body[:_SHOWN_CHARACTERS]}\n… {len(body) - _SHOWN_CHARACTERS} characters more: --json"
    return f"\n  {title}\n    " + body.replace("\n", "\n    ")
