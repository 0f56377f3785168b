"""What is missing from an asset, bounded for a fact: all of it stands in the index that the fact names."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from types import MappingProxyType
from typing import Final, Protocol

from framewell.mesh.v1.mesh_pb2 import Wording
from framewell_contracts.sentences import Sentence, say, worded

MOST_SENTENCES: Final = 20
_MOST_RANGES: Final = 8
IT: Final = say("where.it", "It")
THE_SOUND: Final = say("where.sound", "The sound")
_LACKS: Final = MappingProxyType(
    {
        "missing": say("lacks.missing", "missing"),
        "not analysed": say("lacks.not_analysed", "not analysed"),
    }
)


def bounded_missing(sentences: Sequence[str]) -> list[str]:
    """Return the sentences, at most 20: when there are more, the last one says how many are left out."""
    if len(sentences) <= MOST_SENTENCES:
        return list(sentences)
    kept = MOST_SENTENCES - 1
    more = say("missing.more", "{count} more are listed in the asset's index.", count=len(sentences) - kept)
    return [*sentences[:kept], more]


class Incomplete(Protocol):
    """A message that says what is missing, one sentence each, with what each was made of."""

    @property
    def missing(self) -> Sequence[str]: ...
    @property
    def missing_wordings(self) -> Sequence[Wording]: ...


def missing_of(message: Incomplete) -> list[str]:
    """Return the sentences of a message with what they were made of; of an older one the texts alone."""
    pairs = zip_longest(message.missing, message.missing_wordings[: len(message.missing)])
    return [said if wording is None else worded(said, wording) for said, wording in pairs]


def chunks_lack(numbers: Iterable[int], what: str, why: str) -> Sentence:
    """Return `chunk 3 is missing: …`, or `chunks 0, 3–12, 14 are missing: …`, for `what` is `missing`.

    `what` is `missing` or `not analysed`. Numbers are those that facts have, from 0; of very many scattered
    ones the last are counted only.
    """
    ranges: list[list[int]] = []
    for number in sorted(set(numbers)):
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    shown = [f"{first}–{last}" if last > first else str(first) for first, last in ranges[:_MOST_RANGES]]
    return say(
        "missing.chunks",
        "{count, plural, one {chunk {numbers} is} other {chunks {numbers}{more, plural, =0 {} other { and # "
        "more}} are}} {what}: {why}",
        count=sum(last - first + 1 for first, last in ranges),
        numbers=", ".join(shown),
        more=sum(last - first + 1 for first, last in ranges[_MOST_RANGES:]),
        what=_LACKS[what],
        why=why,
    )


def lacks_sound(what: str, why: str) -> Sentence:
    """Return `the sound is missing: …`; `what` as of `chunks_lack`."""
    return say("missing.sound_is", "the sound is {what}: {why}", what=_LACKS[what], why=why)


def not_analysed_at(where: str, why: str) -> Sentence:
    """Return that a place is not analysed."""
    return say("missing.not_analysed", "{where} is not analysed: {why}", where=where, why=why)


def analysed_in_part(where: str, why: str) -> Sentence:
    """Return that a place is analysed in part."""
    return say("missing.in_part", "{where} is analysed in part: {why}", where=where, why=why)


def passage_text(start_seconds: float, end_seconds: float, frames: range = range(0)) -> Sentence:
    """Return `From 0:00:08.0 to 0:00:12.0 (frames 200 to 299)`, without frames where there are none.

    Moments count from the first picture, to a tenth of a second where that tells them apart.
    """
    moments = (start_seconds, end_seconds)
    digits = next((one for one in (1, 2) if len({f"{at:.{one}f}" for at in moments}) == 2), 3)
    start, end = (_clock(at, digits) for at in moments)
    counted = (
        say("passage.frames", " (frames {first} to {last})", first=frames[0], last=frames[-1])
        if frames
        else ""
    )
    return say("passage", "From {start} to {end}{frames}", start=start, end=end, frames=counted)


def _clock(seconds: float, digits: int) -> str:
    minutes, rest = divmod(round(seconds, digits), 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours}:{minutes:02d}:{rest:0{digits + 3}.{digits}f}"


def by_reason(failures: Mapping[int, str]) -> Mapping[str, Sequence[int]]:
    """Return the numbers that have each reason, in order of the first of them."""
    found: dict[str, list[int]] = {}
    for number in sorted(failures):
        found.setdefault(failures[number], []).append(number)
    return found
