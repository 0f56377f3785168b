"""Sound inside the sandboxed child: decoded, and encoded in pieces."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from framewell_transcode.domain.sound import EncodedPiece, OpenEvents


@dataclass(frozen=True, slots=True)
class SoundBlock:
    """Floats (channels x samples) at SOUND_RATE."""

    start: Fraction | None
    """Seconds on the file's clock; None where it follows the block before."""
    samples: NDArray[np.float32]
    position: int | None = None
    """First byte of its packet in the file; None when not known."""


class SoundSink(Protocol):
    """Takes one continuous stream of samples."""

    @property
    def written(self) -> int:
        """Return the samples so far: where the next one stands."""
        ...

    @property
    def room(self) -> int:
        """Return the samples until the end of the asset."""
        ...

    def put(self, block: NDArray[np.float32], /) -> None:
        """Append samples (channels x samples, may be none)."""
        ...

    def put_silence(self, samples: int, /) -> None:
        """Append so much silence."""
        ...


class SoundEncoder(SoundSink, Protocol):
    """Encodes stereo samples for the proxy."""

    def finish(self) -> bytes:
        """End the encoder and return a fragmented MP4 with one AAC track."""
        ...


class PieceEncoder(SoundSink, Protocol):
    """Encodes one piece of a sound; see `adapters.pyav.sound_pieces`."""

    @property
    def channels(self) -> int:
        """Return how many channels blocks must have."""
        ...

    @property
    def is_full(self) -> bool:
        """Return whether the piece has all it needs."""
        ...

    @property
    def ends_here(self) -> bool:
        """Return whether sound that goes on no more ends in this piece."""
        ...

    @property
    def going_on(self) -> OpenEvents:
        """Return the events that last until the end of the piece."""
        ...

    def carry(self, runs: Sequence[int], samples: NDArray[np.float32], /) -> None:
        """Take what the piece before left."""
        ...

    def carried(self) -> tuple[list[int], bytes]:
        """Return what the next piece begins with: runs of samples, and those from the file as floats."""
        ...

    def finish(self, *, last: bool) -> EncodedPiece:
        """Return the piece; the last one takes all that is there."""
        ...


class SoundSource(Protocol):
    """One sound of an open file, from where its state stands."""

    @property
    def layout(self) -> str:
        """Return the channels that blocks have, by FFmpeg's name."""
        ...

    def described(self) -> list[dict[str, Any]]:
        """Return what the file's sounds are, the main one first: fields of audio.v1.SoundTrack."""
        ...

    def blocks(self, enough: Callable[[], bool], /) -> Iterator[SoundBlock]:
        """Yield blocks in the order of the file until it ends or there are enough."""
        ...

    def __enter__(self) -> SoundSource: ...

    def __exit__(self, *_: object) -> None: ...
