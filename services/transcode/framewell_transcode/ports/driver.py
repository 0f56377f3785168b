"""The decoders and encoders of the sandboxed child."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

import numpy as np
from numpy.typing import NDArray

from framewell_kit.rights_decisions import Passages
from framewell_transcode.domain.proxy import ProxyRecipe
from framewell_transcode.domain.sound import OpenEvents
from framewell_transcode.domain.sound_pieces import TrackState
from framewell_transcode.ports.pictures import ChunkPictures, Scaler, SegmentWriter
from framewell_transcode.ports.sound import PieceEncoder, SoundBlock, SoundEncoder, SoundSource

if TYPE_CHECKING:  # the plan's table is read beside the demuxer, which only adapters may know
    from framewell_media.planning.table import ChunkTable


class MediaDriver(Protocol):
    """Decoders and encoders. Every method that reads a source raises MediaError where it is at fault."""

    def chunk_pictures(self, source: BinaryIO, table: ChunkTable, threads: int) -> ChunkPictures:
        """Return the pictures of one chunk of a plan."""
        ...

    def scaler(self) -> Scaler:
        """Return a scaler; one for each purpose."""
        ...

    def planar_from_rgb(self, pixels: NDArray[np.uint8]) -> Any:
        """Return height x width x 3 RGB as a planar picture, as `Scaler.planar` does."""
        ...

    def edge_picture(self, movie: bytes, edge: str) -> Any:
        """Return the `first` or `last` picture of a fragmented movie, planar."""
        ...

    def copy(self, frame: Any) -> Any:
        """Return a copy of a planar picture that can be encoded for itself."""
        ...

    def segment_writer(
        self, recipe: ProxyRecipe, first: Any, frame_rate: Fraction, *, start_tick: int, end_tick: int
    ) -> SegmentWriter:
        """Return a writer of one segment; all pictures have the size of `first`."""
        ...

    def sound(self, source: BinaryIO) -> Iterator[SoundBlock]:
        """Yield the sound of the source in the order of the file."""
        ...

    def sound_source(self, source: BinaryIO, number: int, language: str, state: TrackState) -> SoundSource:
        """Return one of the file's sounds, the main one is 0, to be read on from where `state` stands."""
        ...

    def piece_encoder(
        self,
        layout: str,
        piece: tuple[int, int],
        limit: int | None,
        silenced: Passages,
        going_on: OpenEvents,
    ) -> PieceEncoder:
        """Return an encoder for a piece (first sample and end) of sound of that layout.

        `limit` is the asset's length in samples, None for sound alone.
        """
        ...

    def sound_encoder(self, samples: int) -> SoundEncoder:
        """Return an encoder for the sound of a recording's segment, at most so many samples."""
        ...
