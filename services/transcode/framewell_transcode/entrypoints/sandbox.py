"""The jobs of the sandboxed child: open files and JSON parameters in; files and a JSON answer out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from framewell_contracts.sentences import say
from framewell_kit.rights_decisions import Passages
from framewell_media.errors import UNREADABLE, MediaError
from framewell_media.formats import SNIFF_BYTES, sniff
from framewell_media.pictures import decode_upright, open_picture
from framewell_media.planning.table import read_chunk, read_chunks
from framewell_media.sandbox.registry import Answer, JobFiles, Parameters
from framewell_media.timeline import Moment
from framewell_transcode.domain.boxes import Segment
from framewell_transcode.domain.job_parameters import recipe_from, timeline_from
from framewell_transcode.domain.proxy import Size
from framewell_transcode.ports.driver import MediaDriver
from framewell_transcode.transcoding.bundle import write_bundle
from framewell_transcode.transcoding.chunk_transcoder import ChunkResult, ChunkTranscoder
from framewell_transcode.transcoding.held_picture import hold_picture
from framewell_transcode.transcoding.placed import placed
from framewell_transcode.transcoding.scores import write_scores
from framewell_transcode.transcoding.still import transcode_still

_MAX_MISSING: Final = 10_000
"""Missing pts listed at most, as chunk.transcoded promises."""


@dataclass(frozen=True, slots=True)
class SandboxJobs:
    """Every job raises MediaError where its input is at fault; any other exception is a bug."""

    driver: MediaDriver

    def make_chunk(self, files: JobFiles, parameters: Parameters) -> Answer:
        """Decode one chunk. Inputs: source, plan. Outputs: header, segment, bundle, scores.

        Parameters: `index` of the chunk, `placed` (where the segment of a recording is laid, see
        `transcoding.placed`; null for a file), `timeline`, `recipe`, `withheld` (passages of which bundle and
        scores have nothing, as pairs of pts). Returns `provisional_cuts` and `missing_pts` (lists of pts),
        `statistics`, and `analysable`: whether bundle and scores were written. Raises MediaError
        (`unreadable`) when not one picture comes out.
        """
        source, plan_file = files.inputs
        timeline, recipe = timeline_from(parameters["timeline"]), recipe_from(parameters["recipe"])
        if parameters["placed"]:
            tables = read_chunks(plan_file)
            chunks = placed(tables, timeline, parameters["placed"])
        else:
            tables = chunks = [read_chunk(plan_file, int(parameters["index"]))]
        first, last = chunks[0], chunks[-1]
        pts = [int(one) for chunk in chunks for one in chunk.pts]
        planned = [Moment(at, first.first_frame + row) for row, at in enumerate(pts)]
        transcoder = ChunkTranscoder.begin(
            self.driver,
            timeline,
            recipe,
            planned,
            end_pts=last.end_pts,
            previous_pts=first.previous_pts,
            withheld=_withheld(parameters),
            canvas=Size(*first.canvas),
        )
        damaged_frames, before = 0, 0
        for table in tables:
            pictures = self.driver.chunk_pictures(source, table, recipe.decoder_threads)
            for picture in pictures:
                transcoder.take(replace(picture, row=before + picture.row) if before else picture)
            damaged_frames, before = damaged_frames + pictures.damaged_frames, before + len(table.pts)
        result = transcoder.finish()
        if result is None:
            raise MediaError(
                UNREADABLE,
                say(
                    "chunk.nothing",
                    "Not one of the {count} pictures from frame {frame} on can be decoded.",
                    count=len(planned),
                    frame=first.first_frame,
                ),
            )
        return _written(files, result, damaged_frames=damaged_frames)

    def make_still(self, files: JobFiles, parameters: Parameters) -> Answer:
        """Take a still as a chunk. Input: the picture. Outputs, parameters and answer as of `make_chunk`."""
        (source,) = files.inputs
        timeline, recipe = timeline_from(parameters["timeline"]), recipe_from(parameters["recipe"])
        source.seek(0)
        with open_picture(source, sniff(source.read(SNIFF_BYTES))) as picture:
            pixels = decode_upright(picture, (recipe.sample_box.width, recipe.sample_box.height)).pixels
        withheld = timeline.start_pts in _withheld(parameters)
        result = transcode_still(self.driver, pixels, timeline, recipe, withheld=withheld)
        return _written(files, result, damaged_frames=0)

    def make_filler(self, files: JobFiles, parameters: Parameters) -> Answer:
        """Hold a neighbour's picture. Inputs: header and segment of the neighbour. Output: the segment.

        Parameters: `recipe`, `frame_rate`, `start_tick`, `end_tick`, `edge` (see `hold_picture`). Returns
        `header_equal`: whether the segment plays behind the neighbour's header.
        """
        header_file, neighbour_file = files.inputs
        (output,) = files.outputs
        neighbour = Segment(header_file.read(), neighbour_file.read())
        held = hold_picture(
            self.driver,
            neighbour,
            parameters["edge"],
            recipe_from(parameters["recipe"]),
            Fraction(parameters["frame_rate"]),
            start_tick=int(parameters["start_tick"]),
            end_tick=int(parameters["end_tick"]),
        )
        output.write(held.media)
        return {"header_equal": held.header == neighbour.header}


def _withheld(parameters: Parameters) -> Passages:
    return Passages.of((int(start), int(end)) for start, end in parameters["withheld"])


def _written(files: JobFiles, result: ChunkResult, *, damaged_frames: int) -> Answer:
    header_file, segment_file, bundle_file, scores_file = files.outputs
    header_file.write(result.segment.header)
    segment_file.write(result.segment.media)
    if result.scores is not None:
        write_bundle(bundle_file, result.samples, [cut.frame for cut in result.cuts])
        write_scores(scores_file, result.scores)
    return {
        "analysable": result.scores is not None,
        "provisional_cuts": [cut.pts for cut in result.cuts],
        "missing_pts": list(result.missing_pts[:_MAX_MISSING]),
        "statistics": result.statistics | {"damaged_frames": damaged_frames},
    }
