"""The job of the sandboxed child that takes one piece of one sound out of a file."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from framewell_kit.rights_decisions import Passages
from framewell_media.sandbox.registry import Answer, JobFiles, Parameters
from framewell_transcode.domain.boxes import split_header
from framewell_transcode.domain.job_parameters import clock_from
from framewell_transcode.domain.sound import SOUND_RATE, OpenEvents
from framewell_transcode.domain.sound_pieces import TrackState, state_from
from framewell_transcode.ports.driver import MediaDriver
from framewell_transcode.ports.sound import PieceEncoder, SoundSource
from framewell_transcode.transcoding.audio_segments import group_fragments
from framewell_transcode.transcoding.sound_clock import SoundClockState, place_on_clock


@dataclass(frozen=True, slots=True)
class SoundJobs:
    """Every job raises MediaError where its input is at fault; any other exception is a bug."""

    driver: MediaDriver

    def extract_sound(self, files: JobFiles, parameters: Parameters) -> Answer:
        """Take a piece out. Inputs: source, samples carried over. Outputs: header, segments, speech, carried.

        Parameters: `track` (number among the file's sounds, the main one is 0), `language` (preferred, BCP
        47), `piece` (its first sample and end), `clock` (runs of the file's clock; null without pictures),
        `seconds` (length of the asset, a fraction; null without pictures), `segment_seconds`, `silenced`
        (passages that are silent for speech, as pairs of seconds, fractions) and `state` (of the piece
        before, null for the first). `speech` gets FLAC frames without a header.

        Returns `segments` (fields of SoundSegment), `loudness` (blocks by momentary loudness), `events`
        (kind, first sample and end), `speech_info` (STREAMINFO, hex), `seconds` (so far), `heard` (samples
        from the file so far), `last`, `state` for the next piece, and `tracks`: what the file's sounds are.
        Raises MediaError (`unreadable`) when there is no such sound.
        """
        source, carried = files.inputs
        header_file, segment_file, speech_file, carried_file = files.outputs
        state = state_from(parameters["state"]) if parameters["state"] else TrackState()
        clock_state = SoundClockState(**state.clock)
        with self.driver.sound_source(
            source, int(parameters["track"]), parameters["language"], state
        ) as track:
            tracks = track.described()
            encoder = self._filled(track, state, clock_state, parameters, carried.read())
        last = state.ended and encoder.ends_here
        piece = encoder.finish(last=last)
        segment = split_header(piece.movie)
        header_file.write(segment.header)
        segment_file.write(segment.media)
        speech_file.write(piece.speech)
        state.carried, samples = encoder.carried()
        carried_file.write(samples)
        state.clock, state.events = asdict(clock_state), asdict(encoder.going_on)
        segments = group_fragments(segment.media, float(parameters["segment_seconds"]))
        return {
            "tracks": tracks,
            "segments": [asdict(one) for one in segments],
            "loudness": {str(step): count for step, count in piece.loudness.items()},
            "events": [[one.kind, one.start, one.end] for one in piece.events],
            "speech_info": piece.speech_info.hex(),
            "seconds": encoder.written / SOUND_RATE,
            "heard": clock_state.heard,
            "last": last,
            "state": asdict(state),
        }

    def _filled(
        self,
        track: SoundSource,
        state: TrackState,
        clock_state: SoundClockState,
        parameters: Parameters,
        carried: bytes,
    ) -> PieceEncoder:
        """Return the encoder of the piece with all it needs, or all that the file has."""
        seconds, runs = parameters["seconds"], parameters["clock"]
        blocks = track.blocks(lambda: encoder.is_full)
        layout = state.layout or track.layout
        encoder = self.driver.piece_encoder(
            layout,
            (int(parameters["piece"][0]), int(parameters["piece"][1])),
            None if seconds is None else round(Fraction(seconds) * SOUND_RATE),
            _samples_of(parameters["silenced"]),
            OpenEvents(**state.events),
        )
        channels = encoder.channels
        encoder.carry(state.carried, np.frombuffer(carried, np.float32).reshape(-1, channels).T)
        if not encoder.is_full and not state.ended:
            clock = None if runs is None else clock_from(runs)
            place_on_clock(blocks, clock, encoder, clock_state)
        state.ended = state.ended or not encoder.room
        return encoder


def _samples_of(passages: Any) -> Passages:
    return Passages.of(
        (round(Fraction(begin) * SOUND_RATE), round(Fraction(end) * SOUND_RATE)) for begin, end in passages
    )
