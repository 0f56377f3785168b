"""What one statement says at one point: purpose, moment, place and tick of an asset's clock."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import IntEnum

from framewell.media.v1.media_pb2 import Timeline
from framewell.rights.v1.rights_pb2 import (
    PAY_MODEL_UNSPECIFIED,
    PURPOSE_ANALYSIS,
    PURPOSE_GENERATIVE_TRAINING,
    PURPOSE_OWN_TRAINING,
    PURPOSE_SHARING,
    USE_ALLOWED,
    USE_CONSTRAINED,
    USE_PROHIBITED,
    Payment,
    Purpose,
    RightsStatement,
)
from framewell_contracts.sentences import Sentence, say
from framewell_dataset.domain.rights.intervals import WHOLE, Interval, UnreadablePassage, interval_of
from framewell_dataset.domain.rights.territories import EVERYWHERE, Territory, read_territories

PURPOSES: tuple["Purpose.ValueType", ...] = (
    PURPOSE_ANALYSIS,
    PURPOSE_OWN_TRAINING,
    PURPOSE_SHARING,
    PURPOSE_GENERATIVE_TRAINING,
)
ALL_PURPOSES = frozenset(PURPOSES)


class Level(IntEnum):
    """How strict a statement, or several together, is at a point; the higher one is stricter.

    Saying nothing is stricter than permitting: the house's default holds then. A permission that has ended
    withholds also where that default would allow.
    """

    ALLOWS = 0
    SILENT = 1
    NOT_BEGUN = 2
    ENDED = 3
    CONSTRAINS = 4
    UNREADABLE = 5
    CONTRADICTS = 6
    PROHIBITS = 7


_LEVELS = {
    USE_ALLOWED: Level.ALLOWS,
    USE_CONSTRAINED: Level.CONSTRAINS,
    USE_PROHIBITED: Level.PROHIBITS,
}

_NO_USE = say("terms_unreadable.use", "its use says nothing that a program can read")
_NO_PURPOSE = say("terms_unreadable.purpose", "one of its purposes is none")
_REVERSED = say("terms_unreadable.reversed", "it ends before it begins")


@dataclass(frozen=True, slots=True)
class Terms:
    """A statement, read. What of it cannot be read is taken as everything; `unreadable` says it in words."""

    level: Level
    purposes: frozenset["Purpose.ValueType"]
    begins: datetime | None
    ends: datetime | None
    passage: Interval
    territory: Territory
    payment: Payment
    unreadable: tuple[Sentence, ...] = ()

    @property
    def permits(self) -> bool:
        return self.level is Level.ALLOWS

    def at(self, purpose: "Purpose.ValueType", moment: datetime, place: str) -> Level:
        """Return the level inside its passage; outside of it every statement is silent.

        What restricts concerns every place it touches; what permits must cover the place whole.
        """
        if purpose not in self.purposes:
            return Level.SILENT
        concerned = self.territory.covers(place) if self.permits else self.territory.touches(place)
        if not concerned:
            return Level.SILENT
        if self.begins is not None and moment < self.begins:
            return Level.NOT_BEGUN if self.permits else Level.SILENT
        if self.ends is not None and self.ends <= moment:
            return Level.ENDED if self.permits else Level.SILENT
        return self.level


def read_terms(statement: RightsStatement, clock: Timeline) -> Terms:
    """Return what a statement says, with its passage on the asset's clock."""
    level = _LEVELS.get(statement.use, Level.UNREADABLE)
    unreadable: list[Sentence] = [_NO_USE] if level is Level.UNREADABLE else []
    purposes = frozenset(statement.purposes)
    if not purposes <= ALL_PURPOSES:
        unreadable.append(_NO_PURPOSE)
    begins, ends = _moment(statement, "valid_from"), _moment(statement, "valid_until")
    if begins is not None and ends is not None and ends <= begins:
        unreadable.append(_REVERSED)
        begins = ends = None
    territory = read_territories(statement.territories)
    try:
        passage = interval_of(statement, clock, outwards=level is not Level.ALLOWS)
    except UnreadablePassage as error:
        unreadable.append(error.reason)
        passage = WHOLE
    if unreadable and level is Level.ALLOWS:
        level = Level.UNREADABLE
    if territory.unknown:
        unreadable.append(
            say(
                "terms_unreadable.territory",
                "it names no territory by {unknown}",
                unknown=", ".join(map(repr, territory.unknown)),
            )
        )
        if level is not Level.ALLOWS:
            territory = EVERYWHERE
    return Terms(
        level=level,
        purposes=purposes if purposes and purposes <= ALL_PURPOSES else ALL_PURPOSES,
        begins=begins,
        ends=ends,
        passage=passage,
        territory=territory,
        payment=statement.payment,
        unreadable=tuple(unreadable),
    )


def pays_at_least(payment: Payment, other: Payment) -> bool:
    """Return whether somebody who is promised `payment` gets no less than by `other`, in the same way."""
    if _free(other):
        return True
    same_way = (payment.model, payment.currency) == (other.model, other.currency)
    return same_way and Decimal(payment.amount or "0") >= Decimal(other.amount or "0")


def _free(payment: Payment) -> bool:
    return payment.model == PAY_MODEL_UNSPECIFIED


def _moment(statement: RightsStatement, field: str) -> datetime | None:
    if not statement.HasField(field):  # type: ignore[arg-type]
        return None
    moment: datetime = getattr(statement, field).ToDatetime(tzinfo=UTC)
    return moment
