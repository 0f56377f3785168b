"""What a decision rests on, in words: where a statement stood, who made it, and what limits it."""

from collections.abc import Sequence
from datetime import UTC

from google.protobuf.timestamp_pb2 import Timestamp

from framewell.media.v1.media_pb2 import Span
from framewell.rights.v1 import rights_pb2 as rights
from framewell.rights.v1.rights_pb2 import FrameRange, Passage, PayModel, RightsStatement
from framewell_contracts.sentences import Sentence, say

MOST_TERRITORIES = 10


def place(statement: RightsStatement) -> Sentence:
    """Return where the statement stood and who made it, e.g. `contract 4711, NASA`."""
    found = statement.found_at or statement.statement_id
    where = found or say("place.request", "stated with the request")
    parts = [where, *(who for who in (statement.issuer or statement.holder,) if who and who not in where)]
    if statement.HasField("span"):
        span = statement.span
        parts.append(
            _frames(span)
            if span.frames
            else say("place.pts", "pts {start}-{end}", start=span.start_pts, end=span.end_pts)
        )
    if statement.HasField("passage"):
        parts.append(_passage(statement.passage))
    return say("place", "{parts}", parts=_listed(parts))


def _listed(parts: Sequence[str]) -> str:
    """Return parts with commas between them."""
    first, *others = parts
    return say("listed", "{first}, {rest}", first=first, rest=_listed(others)) if others else first


def _passage(passage: Passage) -> Sentence:
    match passage.WhichOneof("unit"):
        case "frames":
            return _frames(passage.frames)
        case "seconds":
            begin, end = (
                each.ToTimedelta().total_seconds() for each in (passage.seconds.start, passage.seconds.end)
            )
            return say("place.seconds", "seconds {start}-{end}", start=f"{begin:g}", end=f"{end:g}")
        case "timecode":
            code = passage.timecode
            return say("place.timecode", "timecode {start}-{end}", start=code.start, end=code.end)
    return say("place.no_unit", "a passage in no unit")


def _frames(frames: Span | FrameRange) -> Sentence:
    last = frames.first_frame + max(frames.frames, 1) - 1
    return say("place.frames", "frames {start}-{end}", start=frames.first_frame, end=last)


def terms(statement: RightsStatement, *, dated: bool) -> str:
    """Return what else limits a statement: `; until 2027-12-31, in AT and DE, at 0.05 EUR per use`."""
    found = list[str]()
    if dated and statement.HasField("valid_from"):
        found.append(say("terms.from", "from {day}", day=day(statement.valid_from)))
    if dated and statement.HasField("valid_until"):
        found.append(say("terms.until", "until {day}", day=day(statement.valid_until)))
    if len(statement.territories) > MOST_TERRITORIES:
        found.append(say("terms.countries", "in {count} countries", count=len(statement.territories)))
    elif statement.territories:
        *others, last = sorted(statement.territories)
        found.append(
            say("terms.territories", "in {others} and {last}", others=", ".join(others), last=last)
            if others
            else say("terms.territory", "in {territory}", territory=last)
        )
    if statement.HasField("payment") and statement.payment.model in _PAY_WORDS:
        found.append(say("terms.price", "at {price}", price=price(statement)))
    return say("terms", "; {terms}", terms=_listed(found)) if found else ""


_PAY_WORDS: dict["PayModel.ValueType", Sentence] = {
    rights.PAY_MODEL_FLAT: say("pay.flat", "per sample and snapshot"),
    rights.PAY_MODEL_PER_USE: say("pay.per_use", "per use"),
}
_UNNAMED_PAY = say("pay.unnamed", "in a way that is not named")


def price(statement: RightsStatement) -> Sentence:
    """Return what a statement asks for a use, e.g. `0.05 EUR per use`."""
    payment = statement.payment
    return say(
        "price",
        "{amount} {currency} {pay}",
        amount=payment.amount,
        currency=payment.currency,
        pay=_PAY_WORDS.get(payment.model, _UNNAMED_PAY),
    )


def further(count: int) -> str:
    """Return how many statements more a decision rests on; empty where there are none."""
    if count < 1:
        return ""
    return say(
        "further",
        "; and {count} further {count, plural, one {statement} other {statements}}",
        count=count,
    )


def day(moment: Timestamp) -> str:
    """Return a day as every language writes it: 2027-12-31."""
    return moment.ToDatetime(tzinfo=UTC).date().isoformat()
