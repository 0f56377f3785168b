"""The corpus: the same files every time, made from small whole ones by fixed seeds, and by hand."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

import numpy as np

from hostile.crafted import Traps, make_crafted
from hostile.mutations import MUTATIONS

_SAMPLE: Final = 60


@dataclass(frozen=True, slots=True)
class BrokenFile:
    """One file of the corpus."""

    name: str
    data: bytes

    @property
    def suffix(self) -> str:
        """Return what its name promises."""
        return PurePosixPath(self.name).suffix


def make_corpus(originals: Mapping[str, bytes], traps: Traps) -> Iterator[BrokenFile]:
    """Yield every file of the corpus, in a fixed order."""
    for original, data in originals.items():
        for how, mutate in MUTATIONS.items():
            seed = zlib.crc32(f"{how} {original}".encode())
            yield BrokenFile(f"{how}-{original}", mutate(data, np.random.default_rng(seed)))
    for name, data in make_crafted(originals, traps).items():
        yield BrokenFile(name, data)


def sample(corpus: list[BrokenFile]) -> list[BrokenFile]:
    """Return about sixty files that stand for the corpus, spread evenly over it."""
    return corpus[:: len(corpus) // _SAMPLE]
