"""The jobs of the sandboxed child about the sound of a recording's segments."""

from __future__ import annotations

from dataclasses import dataclass

from framewell_media.errors import NO_SAMPLES, UNREADABLE, MediaError
from framewell_media.sandbox.registry import Answer, JobFiles, Parameters
from framewell_transcode.domain.boxes import moved, split_header
from framewell_transcode.domain.job_parameters import clock_from, clock_parameters
from framewell_transcode.ports.driver import MediaDriver
from framewell_transcode.transcoding.sound_clock import SoundClockState, place_on_clock
from framewell_transcode.transcoding.sound_extent import SoundExtent


@dataclass(frozen=True, slots=True)
class SegmentJobs:
    """Every job raises MediaError where its input is at fault; any other exception is a bug."""

    driver: MediaDriver

    def measure_sound(self, files: JobFiles, parameters: Parameters) -> Answer:  # noqa: ARG002
        """Decode the sound of a segment without pictures to see how its clock goes. Input: source.

        Returns `clock` (see `clock_from`) and `gaps`, pairs of samples of SOUND_RATE from its start. Raises
        MediaError (`unreadable`) when not one sample comes out.
        """
        (source,) = files.inputs
        extent = SoundExtent()
        for block in self.driver.sound(source):
            extent.take(block)
        if extent.clock is None:
            raise MediaError(UNREADABLE, NO_SAMPLES)
        return {"clock": clock_parameters(extent.clock), "gaps": [list(gap) for gap in extent.gaps]}

    def segment_sound(self, files: JobFiles, parameters: Parameters) -> Answer:
        """Take the sound of a segment out. Input: source. Outputs: header, segment.

        Parameters: `clock` (of the segment, see `clock_from`; 0 is the first sample), `first_sample` (where
        the segment begins in the recording, a whole number of AAC frames), `samples` (its length, as many).
        Raises MediaError (`unreadable`) when not one sample comes out.
        """
        (source,) = files.inputs
        header_file, segment_file = files.outputs
        encoder = self.driver.sound_encoder(int(parameters["samples"]))
        state = SoundClockState()
        place_on_clock(self.driver.sound(source), clock_from(parameters["clock"]), encoder, state)
        if state.heard == 0:
            raise MediaError(UNREADABLE, NO_SAMPLES)
        encoder.put_silence(encoder.room)
        segment = split_header(encoder.finish())
        header_file.write(segment.header)
        segment_file.write(moved(segment.media, int(parameters["first_sample"])))
        return {}
