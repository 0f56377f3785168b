"""Offline converters: published weights in, an ONNX graph or plain arrays out.

Every converter is a function from the verified members of the manifest's packages to files in an
empty folder. It is deterministic (the manifest pins the hash of what comes out), needs numpy and
onnx only, and never executes anything it reads. None of this is imported by a running service.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from framewell_models.converters import (
    efficientnet_lite,
    face_embedding,
    free_batch,
    landmarks,
    nanodet,
    nsfw_mobilenet,
    sound_events,
    whisper,
)

Converter = Callable[[Mapping[str, Path], Path], None]
"""(member path in its package → verified local file, target folder) → files written there."""

CONVERTERS: Final[Mapping[str, Converter]] = {
    "dlib-landmarks": landmarks.convert,
    "efficientnet-lite0": efficientnet_lite.convert,
    "face-api-embedding": face_embedding.convert,
    "free-batch": free_batch.convert,
    "nanodet": nanodet.convert,
    "nsfwjs-mobilenet-v2": nsfw_mobilenet.convert,
    "sound-events": sound_events.convert,
    "whisper-decoder": whisper.convert_decoder,
    "whisper-encoder": whisper.convert_encoder,
}
