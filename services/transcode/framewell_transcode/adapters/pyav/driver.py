"""MediaDriver on PyAV: the decoders and encoders of the sandboxed child."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, BinaryIO

import av
import numpy as np
from numpy.typing import NDArray

from framewell_kit.rights_decisions import Passages
from framewell_media.formats import SNIFF_BYTES, sniff
from framewell_media.planning.table import ChunkTable
from framewell_transcode.adapters.pyav.chunk_decoder import ChunkDecoder
from framewell_transcode.adapters.pyav.display import SwsScaler, as_displayed
from framewell_transcode.adapters.pyav.segment_writer import CmafWriter
from framewell_transcode.adapters.pyav.sound import SegmentSoundEncoder, decode_sound
from framewell_transcode.adapters.pyav.sound_pieces import PieceEncoder
from framewell_transcode.adapters.pyav.sound_source import SourceTrack
from framewell_transcode.domain.proxy import ProxyRecipe, Size
from framewell_transcode.domain.sound import OpenEvents
from framewell_transcode.domain.sound_pieces import TrackState
from framewell_transcode.ports.pictures import DisplayedPicture
from framewell_transcode.ports.sound import SoundBlock


@dataclass(frozen=True, slots=True)
class DecodedChunk:
    """ChunkPictures on a decoder."""

    decoder: ChunkDecoder

    @property
    def damaged_frames(self) -> int:
        return self.decoder.log.damaged_frames

    def __iter__(self) -> Iterator[DisplayedPicture]:
        return as_displayed(self.decoder.pictures())


class PyAvDriver:
    """MediaDriver on PyAV."""

    def chunk_pictures(self, source: BinaryIO, table: ChunkTable, threads: int) -> DecodedChunk:
        source.seek(0)
        return DecodedChunk(ChunkDecoder(source, sniff(source.read(SNIFF_BYTES)), table, threads))

    def scaler(self) -> SwsScaler:
        return SwsScaler()

    def planar_from_rgb(self, pixels: NDArray[np.uint8]) -> Any:
        height, width, _ = pixels.shape
        size = Size(width, height)
        frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
        return SwsScaler().planar(DisplayedPicture(0, frame, size), size)

    def edge_picture(self, movie: bytes, edge: str) -> Any:
        with av.open(io.BytesIO(movie), mode="r", format="mp4") as container:
            pictures = container.decode(video=0)
            picture = next(pictures)
            if edge == "last":
                for picture in pictures:  # noqa: B007 - the last one is wanted
                    pass
            return picture

    def copy(self, frame: Any) -> Any:
        return av.VideoFrame.from_ndarray(frame.to_ndarray(), format="yuv420p")

    def segment_writer(
        self, recipe: ProxyRecipe, first: Any, frame_rate: Fraction, *, start_tick: int, end_tick: int
    ) -> CmafWriter:
        return CmafWriter(recipe, first, frame_rate, start_tick=start_tick, end_tick=end_tick)

    def sound(self, source: BinaryIO) -> Iterator[SoundBlock]:
        return decode_sound(source)

    def sound_source(self, source: BinaryIO, number: int, language: str, state: TrackState) -> SourceTrack:
        return SourceTrack(source, number, language, state)

    def piece_encoder(
        self,
        layout: str,
        piece: tuple[int, int],
        limit: int | None,
        silenced: Passages,
        going_on: OpenEvents,
    ) -> PieceEncoder:
        return PieceEncoder(layout, piece, limit, silenced, going_on)

    def sound_encoder(self, samples: int) -> SegmentSoundEncoder:
        return SegmentSoundEncoder.open(samples)
