"""What a sandboxed child of inference may be asked: its composition root, imported in the child alone."""

from __future__ import annotations

from dataclasses import asdict
from typing import Final

import numpy as np

from framewell_inference.adapters.graph_description import describe_graph
from framewell_inference.domain.tensors import InvalidInputError
from framewell_media.errors import MediaError
from framewell_media.formats import SNIFF_BYTES, sniff
from framewell_media.pictures import decode_upright, open_picture
from framewell_media.sandbox import JobFiles, media_job
from framewell_media.sandbox.registry import Answer, Parameters

LONGEST_SIDE: Final = 1280
"""As the frame bundles of the mesh: what the thresholds were measured on."""


@media_job("decode_picture")
def decode_picture(files: JobFiles, parameters: Parameters) -> Answer:  # noqa: ARG001 - the shape of a job
    """Write the picture upright, at most LONGEST_SIDE long, as raw BGR rows; return its size."""
    (source,), (target,) = files.inputs, files.outputs
    opened = open_picture(source, sniff(source.read(SNIFF_BYTES)))
    picture = decode_upright(opened, (LONGEST_SIDE, LONGEST_SIDE)).pixels
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    target.write(np.asarray(picture, np.uint8)[..., ::-1].tobytes())
    return {"width": picture.width, "height": picture.height}


@media_job("examine_model")
def examine_model(files: JobFiles, parameters: Parameters) -> Answer:
    """Return the description of an ONNX graph. Raises MediaError for one that may not run.

    `contributed` and `outside` are as `describe_graph` has them.
    """
    (source,) = files.inputs
    try:
        return asdict(describe_graph(source.read(), **parameters))
    except InvalidInputError as error:
        raise MediaError("bad_model", str(error)) from error
