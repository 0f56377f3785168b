"""A declared model, run once the way it would look at a chunk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

import numpy as np

from framewell_inference.analysers.declared.analyser import DeclaredAnalyser
from framewell_inference.analysers.declared.sound import RATE, DeclaredSound
from framewell_inference.analysers.faces.alignment import CHIP_SIDE
from framewell_inference.analysers.faces.embedding import FaceEmbedding
from framewell_inference.domain.face_spaces import describes_faces
from framewell_inference.domain.observations import Findings
from framewell_inference.domain.pictures import Frame, Picture
from framewell_inference.domain.tensors import InvalidInputError
from framewell_inference.ports.calls import ModelBusyError, RunEndedError, RunFailedError
from framewell_inference.ports.models import Model
from framewell_models.manifest import Step

T = TypeVar("T")

GREY: Final[Picture] = np.full((360, 640, 3), 96, np.uint8)
"""What is shown at a rehearsal."""

_OWN_ERRORS: Final = (InvalidInputError, RunEndedError, RunFailedError, ModelBusyError)


def rehearse(model: Model) -> bool:
    """Run a declared model or a face embedding over a grey picture or silence; return whether it was run.

    Raises ManifestError for a face embedding that takes no faces, InvalidInputError where outputs are not
    what its steps take, and what running raises. Blocks.
    """
    if describes_faces(model.manifest):
        embedding = FaceEmbedding.over(model)
        (vector,) = _guarded(model, lambda: embedding([GREY[:CHIP_SIDE, :CHIP_SIDE]]))
        if vector.shape != (embedding.dimensions,) or not np.isfinite(vector).all():
            raise InvalidInputError(f"of a face it makes no {embedding.dimensions} finite numbers")
        return True
    if not model.manifest.declared or model.manifest.task == "caption":
        return False
    if model.manifest.listens:
        _guarded(model, lambda: DeclaredSound.over(model).listen([np.zeros(RATE, np.float32)]))
        return True
    look(model, GREY)
    return True


def look(model: Model, picture: Picture) -> Findings:
    """Return what a declared model observes in a picture. Raises as `rehearse`. Blocks."""

    def one_pass() -> Findings:
        begun = DeclaredAnalyser.over(model).begin(still=True)
        begun.look([Frame(picture=picture, pts=0, index=0, until_pts=1, until_index=1, shot=0)])
        return begun.finish()

    return _guarded(model, one_pass)


def _guarded(model: Model, work: Callable[[], T]) -> T:
    try:
        return work()
    except _OWN_ERRORS:
        raise
    except Exception as error:
        steps = f"{_name(model.manifest.preprocessing)} and {_name(model.manifest.postprocessing)}"
        raise InvalidInputError(f"its outputs do not fit {steps}: {type(error).__name__}: {error}") from error


def _name(step: Step | None) -> str:
    return step.name if step else ""
