"""In the sandbox's child: a picture from outside to raw pixels. Imports no more than that takes."""

from __future__ import annotations

from typing import Final

import numpy as np

from framewell_media.formats import SNIFF_BYTES, sniff
from framewell_media.pictures import decode_upright, open_picture
from framewell_media.sandbox import JobFiles, media_job
from framewell_media.sandbox.registry import Answer, Parameters

JOB: Final = "inference.decode_picture"

LONGEST_SIDE: Final = 1280
"""As the frame bundles of the mesh: what the thresholds were measured on."""


@media_job(JOB)
def decode_picture(files: JobFiles, parameters: Parameters) -> Answer:  # noqa: ARG001 - the shape of a job
    """Write the picture upright, at most LONGEST_SIDE long, as raw BGR rows; return its size."""
    (source,), (target,) = files.inputs, files.outputs
    picture = decode_upright(open_picture(source, sniff(source.read(SNIFF_BYTES))))
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    target.write(np.asarray(picture, np.uint8)[..., ::-1].tobytes())
    return {"width": picture.width, "height": picture.height}
