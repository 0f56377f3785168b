"""What is missing from an asset, bounded for a fact: all of it stands in the index that the fact names."""

from collections.abc import Sequence
from typing import Final

MOST_SENTENCES: Final = 20


def bounded_missing(sentences: Sequence[str]) -> list[str]:
    """Return the sentences, at most 20: when there are more, the last one says how many are left out."""
    if len(sentences) <= MOST_SENTENCES:
        return list(sentences)
    kept = MOST_SENTENCES - 1
    return [*sentences[:kept], f"{len(sentences) - kept} more are listed in the asset's index."]
