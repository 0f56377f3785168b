"""What is missing from an asset, bounded for a fact: all of it stands in the index that the fact names."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

MOST_SENTENCES: Final = 20
_MOST_RANGES: Final = 8


def bounded_missing(sentences: Sequence[str]) -> list[str]:
    """Return the sentences, at most 20: when there are more, the last one says how many are left out."""
    if len(sentences) <= MOST_SENTENCES:
        return list(sentences)
    kept = MOST_SENTENCES - 1
    return [*sentences[:kept], f"{len(sentences) - kept} more are listed in the asset's index."]


def chunks_text(numbers: Iterable[int], what: str) -> str:
    """Return `chunk 3 is missing`, or `chunks 0, 3 to 12 and 14 are missing`, for `what` is `missing`.

    Numbers are those that facts have, from 0; of very many scattered ones the last are counted only.
    """
    ranges: list[list[int]] = []
    for number in sorted(set(numbers)):
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    shown = [f"{first} to {last}" if last > first else str(first) for first, last in ranges[:_MOST_RANGES]]
    if more := sum(last - first + 1 for first, last in ranges[_MOST_RANGES:]):
        shown.append(f"{more} more")
    listed = f"{', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else "".join(shown)
    one = len(ranges) == 1 and ranges[0][0] == ranges[0][1]
    return f"chunk {listed} is {what}" if one else f"chunks {listed} are {what}"


def passage_text(start_seconds: float, end_seconds: float, frames: range = range(0)) -> str:
    """Return `From 0:00:08.0 to 0:00:12.0 (frames 200 to 299)`, without frames where there are none.

    Moments count from the first picture, to a tenth of a second where that tells them apart.
    """
    moments = (start_seconds, end_seconds)
    digits = next((one for one in (1, 2) if len({f"{at:.{one}f}" for at in moments}) == 2), 3)
    start, end = (_clock(at, digits) for at in moments)
    counted = f" (frames {frames[0]} to {frames[-1]})" if frames else ""
    return f"From {start} to {end}{counted}"


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
