"""What every command about dead letters can be told: which letters are meant."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

import typer

from framewell_cli.errors import UsageProblem
from framewell_contracts.catalogue import FACTS
from framewell_contracts.dead_letters import ANY_STATE, Selection, State
from framewell_contracts.groups import GROUPS

Group = Annotated[str, typer.Argument(help="The group that gave it up, e.g. ingest.accept_request.")]
Code = Annotated[str, typer.Option(help="Only what was given up with this code, e.g. failed.")]
Reason = Annotated[str, typer.Option(help="Only what has this text in its code or reason.")]
Type = Annotated[str, typer.Option("--type", help="Only events of this type, e.g. ingest.requested.")]
Asset = Annotated[str, typer.Option(help="Only what is about this asset.")]
Since = Annotated[str, typer.Option(help="Only given up since then: 30m, 2h, 7d ago, or a time (UTC).")]
Until = Annotated[str, typer.Option(help="Only given up before then.")]
Ids = Annotated[
    list[str] | None,
    typer.Option("--id", help="Only this letter: its event's id, or its place. May be repeated."),
]
StateOption = Annotated[str, typer.Option("--state", help="waiting, replayed, discarded, or all.")]
ActingAs = Annotated[
    str, typer.Option("--as", metavar="NAME", help="Your name, for the record; else your login's.")
]

_AGO: Final = re.compile(r"(\d+)([smhd])")
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def known_group(group: str) -> str:
    """The group, or UsageProblem with those there are."""
    if group not in GROUPS:
        raise UsageProblem(f"There is no group {group!r}. Groups: {', '.join(sorted(GROUPS))}.")
    return group


def selection(
    groups: tuple[str, ...],
    *,
    code: str = "",
    reason: str = "",
    event_type: str = "",
    asset: str = "",
    since: str = "",
    until: str = "",
    ids: list[str] | None = None,
    states: frozenset[State],
) -> Selection:
    """What the options mean."""
    return Selection(
        groups=groups,
        code=code,
        reason=reason,
        event_type=_event_type(event_type),
        asset=asset,
        since_ms=_moment_ms(since),
        until_ms=_moment_ms(until),
        ids=frozenset(ids or ()),
        states=states,
    )


def states(said: str) -> frozenset[State]:
    """The states that one word means."""
    if said == "all":
        return ANY_STATE
    if said not in ANY_STATE:
        raise UsageProblem(f"There is no state {said!r}: waiting, replayed, discarded, or all.")
    return frozenset({said})


def _event_type(said: str) -> str:
    """In full, also where it was written without what all types share."""
    if not said or said in FACTS:
        return said
    matching = [name for name in FACTS if name.removeprefix("framewell.").rpartition(".")[0] == said]
    return matching[0] if matching else said


def _moment_ms(said: str) -> int | None:
    """Milliseconds since 1970 of `2h` (ago) or `2026-11-22T18:00` (UTC unless it says otherwise)."""
    if not said:
        return None
    ago = _AGO.fullmatch(said)
    try:
        if ago:
            moment = datetime.now(UTC) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        else:
            moment = datetime.fromisoformat(said)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return int(moment.timestamp() * 1000)
    except (ValueError, OverflowError):
        raise UsageProblem(
            f"{said!r} is no time: write 30m, 2h or 7d for so long ago, or 2026-11-22T18:00 (UTC)."
        ) from None
