"""The options that choose dead letters, the same for every command about them."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Annotated, Any, Final, get_type_hints

import typer

from framewell_cli.errors import UsageProblem
from framewell_contracts.fact_types import FACTS
from framewell_contracts.groups import GROUPS
from framewell_kafka.dead_letters import ANY_STATE, Selection, State

Group = Annotated[str, typer.Argument(help="The group that gave it up, e.g. ingest.accept_request.")]
StateOption = Annotated[str, typer.Option("--state", help="waiting, replayed, discarded, or all.")]
ActingAs = Annotated[
    str, typer.Option("--as", metavar="NAME", help="Your name, for the record; else your login's.")
]

ALWAYS: Final = "all"
# Commands that only show look so far back by default: a year of dead letters must not cost minutes.
LOOKS_BACK: Final = "30d"
_AGO: Final = re.compile(r"(\d+)([smhd])")
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


@dataclass(frozen=True, slots=True)
class Filters:
    """The options that choose dead letters: one is meant when it fulfils every option that was given."""

    code: Annotated[str, typer.Option(help="Only what was given up with this code, e.g. failed.")] = ""
    reason: Annotated[str, typer.Option(help="Only what has this text in its code or reason.")] = ""
    event_type: Annotated[
        str, typer.Option("--type", help="Only events of this type, e.g. ingest.requested.")
    ] = ""
    asset: Annotated[str, typer.Option(help="Only what is about this asset.")] = ""
    since: Annotated[
        str,
        typer.Option(
            help="Only given up since then: 30m, 2h, 7d ago, a time (UTC), or all. Without it replay and "
            f"discard mean all; list and show look {LOOKS_BACK} back, without bound with --until or --id."
        ),
    ] = ""
    until: Annotated[str, typer.Option(help="Only given up before then.")] = ""
    ids: Annotated[
        list[str] | None,
        typer.Option("--id", help="Only this one: its event's id, or its own. May be repeated."),
    ] = None

    def selection(
        self, groups: tuple[str, ...], states: frozenset[State], *, looks_back: str = ALWAYS
    ) -> Selection:
        """Return what the options mean; `looks_back` holds where they bound no time and name no id."""
        since = self.since or (ALWAYS if self.until or self.ids else looks_back)
        return Selection(
            groups=groups,
            code=self.code,
            reason=self.reason,
            event_type=_event_type(self.event_type),
            asset=self.asset,
            since_ms=None if since == ALWAYS else _moment_ms(since),
            until_ms=_moment_ms(self.until),
            ids=frozenset(self.ids or ()),
            states=states,
        )


def with_filters(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of `Filters`; it is called with what they say as `filters`.

    The command-line library makes options of a function's parameters and knows no group of them, so the
    command gets a signature that has them.
    """
    hints = get_type_hints(Filters, include_extras=True)
    options = [
        inspect.Parameter(
            one.name, inspect.Parameter.KEYWORD_ONLY, default=one.default, annotation=hints[one.name]
        )
        for one in fields(Filters)
    ]
    signature = inspect.signature(command, eval_str=True)
    parameters = [
        parameter
        for own in signature.parameters.values()
        for parameter in (options if own.name == "filters" else [own])
    ]

    @wraps(command)
    def called(**given: Any) -> None:
        filters = Filters(**{one.name: given.pop(one.name) for one in options})
        command(filters=filters, **given)

    called.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    called.__annotations__ = {one.name: one.annotation for one in parameters}
    return called


def known_group(group: str) -> str:
    """Return the group. Raise UsageProblem, naming those there are, for any other."""
    if group not in GROUPS:
        raise UsageProblem(f"There is no group {group!r}. Groups: {', '.join(sorted(GROUPS))}.")
    return group


def states(word: str) -> frozenset[State]:
    """Return the states that one word means."""
    if word == "all":
        return ANY_STATE
    if word not in ANY_STATE:
        raise UsageProblem(f"There is no state {word!r}: waiting, replayed, discarded, or all.")
    return frozenset({word})


def _event_type(name: str) -> str:
    """Return the type in full, also where it was written without the parts that all types share."""
    if not name or name in FACTS:
        return name
    matching = [one for one in FACTS if one.removeprefix("framewell.").rpartition(".")[0] == name]
    return matching[0] if matching else name


def _moment_ms(text: str) -> int | None:
    """Return milliseconds since 1970 of `2h` (ago) or `2026-11-22T18:00` (UTC unless it says otherwise)."""
    if not text:
        return None
    ago = _AGO.fullmatch(text)
    try:
        if ago:
            moment = datetime.now(UTC) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        else:
            moment = datetime.fromisoformat(text)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return int(moment.timestamp() * 1000)
    except (ValueError, OverflowError):
        raise UsageProblem(
            f"{text!r} is no time: write 30m, 2h or 7d for so long ago, or 2026-11-22T18:00 (UTC)."
        ) from None
