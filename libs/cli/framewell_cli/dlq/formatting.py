"""Dead letters as text for people, and as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from framewell_cli.console import progress
from framewell_cli.plain_text import plain, plain_json
from framewell_contracts.fact_types import groups_of
from framewell_kafka.dead_letters import DeadLetter, Selection
from framewell_kafka.dead_letters.content import content, header

# Nobody reads more of it at a terminal; --json has it whole.
_SHOWN_CHARACTERS: Final = 8 << 10
_HEADER_CHARACTERS: Final = 200
_HEADERS: Final = 40


def moment(milliseconds: int) -> str:
    """Return a time as ISO 8601, to the second; what no calendar knows stays the number it is."""
    try:
        return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"
    except (ValueError, OverflowError, OSError):
        return str(milliseconds)


def not_looked_at(chosen: Selection, older: Mapping[str, int]) -> dict[str, Any]:
    """Return since when dead letters were looked at, and how many older ones each group has, for programs."""
    since = None if chosen.since_ms is None else moment(chosen.since_ms)
    return {"since": since, "not_looked_at": dict(older)}


def print_older(chosen: Selection, older: Mapping[str, int]) -> None:
    """Print, on standard error, that there are dead letters that were not looked at."""
    if not older or chosen.since_ms is None:
        return
    groups = ", ".join(f"{group} {count:,}" for group, count in sorted(older.items()))
    total = sum(older.values())
    what = "1 dead letter was" if total == 1 else f"{total:,} dead letters were"
    progress.print(
        f"{what} given up before {moment(chosen.since_ms)} and not looked at, handled or not: {groups}. "
        "--since all looks at everything.",
        markup=False,
    )


def as_json(dead_letter: DeadLetter) -> dict[str, Any]:
    """Return everything about a dead letter, for programs."""
    failure, action, payload = dead_letter.failure, dead_letter.action, content(dead_letter)
    document: dict[str, Any] = {
        "id": str(dead_letter.id),
        "event_id": dead_letter.event_id,
        "type": dead_letter.event_type,
        "asset": dead_letter.asset(),
        "state": dead_letter.state,
        "group": dead_letter.id.group,
        "code": dead_letter.code,
        "reason": dead_letter.reason,
        "given_up": moment(dead_letter.written_ms),
        "headers": [{"name": name, "value": header(value)} for name, value in dead_letter.headers],
        "payload": {"kind": payload.kind, "bytes": payload.size, "value": payload.value},
    }
    if failure:
        document |= {
            "origin": {
                "topic": failure.origin_topic,
                "partition": failure.origin_partition,
                "offset": failure.origin_offset,
            },
            "attempts": failure.attempt,
            "first": moment(failure.first_ms),
            "last": moment(failure.last_ms),
            "traceback": failure.traceback,
            "replay_reaches": list(groups_of(failure.origin_topic)),
        }
    if action:
        document["action"] = {
            "kind": action.kind,
            "at": moment(action.at_ms),
            "by": action.by,
            "reason": action.reason,
            "times_replayed": action.times,
        }
    return document


def as_text(dead_letter: DeadLetter) -> str:
    """Return the same for a terminal, with nothing in it but what can be printed."""
    failure, action = dead_letter.failure, dead_letter.action
    lines = [
        f"{dead_letter.id}  {dead_letter.state}",
        f"  event      {dead_letter.event_type or 'no type'}  {dead_letter.event_id or 'no id'}",
        f"  given up   {moment(dead_letter.written_ms)}  {dead_letter.code}: {_one_line(dead_letter.reason)}",
    ]
    if asset := dead_letter.asset():
        lines.append(f"  asset      {asset}")
    if failure:
        first, last = moment(failure.first_ms), moment(failure.last_ms)
        lines += [
            f"  came from  {failure.origin_topic}/{failure.origin_partition}@{failure.origin_offset}",
            f"  attempts   {failure.attempt}, first {first}, last {last}",
        ]
        if reached := _others(dead_letter.id.group, failure.origin_topic):
            lines.append(f"  replay     reaches also {', '.join(reached)} (they read its topic, too)")
    if action:
        why = f": {action.reason}" if action.reason else ""
        lines.append(f"  {action.kind:<9}  {moment(action.at_ms)} by {action.by}{why}")
        if action.times > 1:
            lines.append(f"  sent again {action.times} times")
    text = "\n".join(plain(line) for line in lines)
    text += "".join(
        _block(title, body) for title, body in (("headers", _headers(dead_letter)), *_bodies(dead_letter))
    )
    return text + "\n"


def _others(group: str, topic: str) -> list[str]:
    """Return the other groups that a replay reaches."""
    return [one for one in groups_of(topic) if one != group]


def _bodies(dead_letter: DeadLetter) -> list[tuple[str, str]]:
    payload = content(dead_letter)
    bodies = []
    if payload.kind in ("fact", "json"):
        shown = plain_json(json.dumps(payload.value, indent=2, ensure_ascii=False))
    else:
        shown = plain(payload.value or "", keep="\n\t")
    if payload.kind == "bytes" and payload.size * 2 > len(payload.value):
        shown += " …"
    bodies.append((f"payload ({payload.kind}, {payload.size} bytes)", shown))
    if dead_letter.failure and dead_letter.failure.traceback:
        bodies.append(("traceback", plain(dead_letter.failure.traceback.strip(), keep="\n\t")))
    return bodies


def _headers(dead_letter: DeadLetter) -> str:
    lines = []
    for name, value in dead_letter.headers[:_HEADERS]:
        shown = plain(header(value[: 4 * _HEADER_CHARACTERS] if value else value))
        cut = f"… ({len(value)} bytes)" if value and len(shown) > _HEADER_CHARACTERS else ""
        lines.append(f"{plain(name[:_HEADER_CHARACTERS])}: {shown[:_HEADER_CHARACTERS]}{cut}")
    if len(dead_letter.headers) > _HEADERS:
        lines.append(f"… and {len(dead_letter.headers) - _HEADERS} more")
    return "\n".join(lines)


def _one_line(text: str) -> str:
    return " ".join(text.split("\n"))


def _block(title: str, body: str) -> str:
    if not body:
        return f"\n  {title}" if title != "headers" else ""
    if len(body) > _SHOWN_CHARACTERS:
        body = f"{body[:_SHOWN_CHARACTERS]}\n… {len(body) - _SHOWN_CHARACTERS} characters more: --json"
    return f"\n  {title}\n    " + body.replace("\n", "\n    ")
