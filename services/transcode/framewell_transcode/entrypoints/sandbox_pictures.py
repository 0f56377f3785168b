"""The jobs of the sandboxed child that take one picture: open files and JSON parameters in, a JPEG out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import BinaryIO, Final

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from framewell_contracts.sentences import say
from framewell_media.errors import UNREADABLE, MediaError
from framewell_media.formats import SNIFF_BYTES, sniff
from framewell_media.pictures import decode_upright, open_picture
from framewell_media.planning.table import ChunkTable, read_chunk, read_chunks
from framewell_media.sandbox.registry import Answer, JobFiles, Parameters
from framewell_transcode.domain.job_parameters import recipe_from, timeline_from
from framewell_transcode.domain.pictures import WantedPicture
from framewell_transcode.domain.proxy import ProxyRecipe, Size
from framewell_transcode.ports.driver import MediaDriver
from framewell_transcode.ports.pictures import DisplayedPicture
from framewell_transcode.transcoding.bundle import encode_jpeg
from framewell_transcode.transcoding.placed import placed
from framewell_transcode.transcoding.still import resized

_LONGEST_OF_A_PART: Final = 4096
"""Pixels that a still is decoded to at most, when a part of it is wanted."""


@dataclass(frozen=True, slots=True)
class PictureJobs:
    """Every job raises MediaError where its input is at fault; any other exception is a bug."""

    driver: MediaDriver

    def take_picture(self, files: JobFiles, parameters: Parameters) -> Answer:
        """Take one picture of moving ones. Inputs: source, plan. Output: JPEG.

        Parameters: `index` of the chunk, `placed` and `timeline` (as of `make_chunk`), `wanted` (fields of
        WantedPicture), `recipe`. Returns `frame` and
        `pts` of the picture that was taken: the wanted one, or where that cannot be decoded the one before,
        which the proxy holds there. Raises MediaError (`unreadable`) when no picture of the chunk comes out.
        """
        source, plan_file = files.inputs
        (output,) = files.outputs
        recipe, wanted = recipe_from(parameters["recipe"]), WantedPicture(**parameters["wanted"])
        if parameters["placed"]:
            timeline, tables = timeline_from(parameters["timeline"]), read_chunks(plan_file)
            table = _shown_then(placed(tables, timeline, parameters["placed"]), wanted)
        else:
            table = read_chunk(plan_file, int(parameters["index"]))
        row = _row(table, wanted)
        part = table.around(row)
        first = part.first_frame - table.first_frame
        shown = self._shown(source, part, row - first, recipe.decoder_threads)
        if shown is None:  # the group of pictures is damaged: what the proxy holds there comes before it
            first, shown = 0, self._shown(source, table, row, recipe.decoder_threads)
        if shown is None:
            raise MediaError(
                UNREADABLE,
                say(
                    "frame.nothing",
                    "Frame {frame} cannot be decoded, nor any before it in its chunk.",
                    frame=table.first_frame + row,
                ),
            )
        output.write(
            encode_jpeg(self._pixels(shown, Size(*table.canvas), wanted, recipe), recipe.jpeg_quality)
        )
        taken = first + shown.row
        return {"frame": table.first_frame + taken, "pts": int(table.pts[taken])}

    def take_still(self, files: JobFiles, parameters: Parameters) -> Answer:
        """Take the picture of a still. Input: the picture. Output and parameters as of `take_picture`."""
        (source,), (output,) = files.inputs, files.outputs
        recipe, wanted = recipe_from(parameters["recipe"]), WantedPicture(**parameters["wanted"])
        source.seek(0)
        with open_picture(source, sniff(source.read(SNIFF_BYTES))) as picture:
            width, height = picture.size
            sizes = [wanted.size(canvas, recipe) for canvas in (Size(width, height), Size(height, width))]
            longest = max(max(size.width, size.height) for size in sizes)  # whichever way it is turned
            if wanted.crop is not None:
                longest = min(max(width, height), _LONGEST_OF_A_PART)
            upright = decode_upright(picture, (longest, longest))
        part = wanted.part(np.asarray(upright.pixels))
        size = wanted.size(Size(part.shape[1], part.shape[0]), recipe)
        output.write(encode_jpeg(resized(PIL.Image.fromarray(part), size), recipe.jpeg_quality))
        return {}

    def _pixels(
        self, shown: DisplayedPicture, canvas: Size, wanted: WantedPicture, recipe: ProxyRecipe
    ) -> NDArray[np.uint8]:
        """Return what is wanted of a picture; a part is cut out of it as it was decoded, and shrunk then."""
        if wanted.crop is None:
            return self.driver.scaler().rgb(shown, wanted.size(canvas, recipe))
        part = wanted.part(self.driver.scaler().rgb(shown, canvas))
        size = wanted.size(Size(part.shape[1], part.shape[0]), recipe)
        return resized(PIL.Image.fromarray(part), size)

    def _shown(self, source: BinaryIO, table: ChunkTable, row: int, threads: int) -> DisplayedPicture | None:
        """Return the last picture up to `row`, None when none of them can be decoded."""
        shown = None
        pictures = self.driver.chunk_pictures(source, table, threads)
        for picture in takewhile(lambda picture: picture.row <= row, pictures):
            shown = picture
            if picture.row == row:
                break
        return shown


def _shown_then(tables: Sequence[ChunkTable], wanted: WantedPicture) -> ChunkTable:
    """Return the last of the tables that begins at or before a picture, or the first."""
    if wanted.frame is not None:
        begun = [table for table in tables if table.first_frame <= wanted.frame]
    else:
        begun = [table for table in tables if table.pts[0] <= (wanted.pts or 0)]
    return [tables[0], *begun][-1]


def _row(table: ChunkTable, wanted: WantedPicture) -> int:
    if wanted.frame is not None:
        row = wanted.frame - table.first_frame
    else:
        row = int(np.searchsorted(table.pts, wanted.pts or 0, side="right")) - 1
    return min(max(row, 0), len(table.pts) - 1)
