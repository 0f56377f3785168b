"""The analysers at work, made from the installed model folders."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from framewell_inference.adapters.onnx_engine import OnnxLoader
from framewell_inference.adapters.onnx_model import OnnxModel
from framewell_inference.analysers.faces.analyser import FaceAnalyser
from framewell_inference.analysers.faces.embedding import FaceEmbedding
from framewell_inference.analysers.faces.landmarks import ShapePredictor
from framewell_inference.analysers.labels.analyser import LABEL_CLASSES, LabelAnalyser
from framewell_inference.analysers.labels.vocabulary import shipped_vocabulary
from framewell_inference.analysers.objects import analyser as objects
from framewell_inference.analysers.objects.analyser import ObjectAnalyser
from framewell_inference.analysers.safety import SafetyAnalyser
from framewell_inference.analysers.sounds import SoundsAnalyser
from framewell_inference.analysers.speech import SpeechAnalyser
from framewell_inference.analysers.text.analyser import TextAnalyser
from framewell_inference.analysers.text.recognition import ALPHABET_KEY
from framewell_inference.analysers.transcript import analyser as transcript
from framewell_inference.analysers.transcript.analyser import TranscriptAnalyser
from framewell_inference.analysers.transcript.recogniser import Recogniser
from framewell_inference.ports.analysers import (
    AbsentAnalyser,
    Analysers,
    PictureAnalyser,
    SoundAnalyser,
)
from framewell_inference.ports.models import ModelRegistry
from framewell_models.folders import (
    ModelFolder,
    is_there,
    open_folder,
    optional_analysers,
    shipped,
)
from framewell_models.manifest import ModelRef

LABELS_FILE: Final = "labels.txt"
LANDMARKS_FILE: Final = "landmarks.npz"
OBJECTS_MODEL: Final = "objects/nanodet-g"

_OPTIONAL: Final = {objects.NAME: objects.DESCRIPTION, transcript.NAME: transcript.DESCRIPTION}
"""What analysers report whose models are optional, by name."""

_LISTENING: Final = frozenset({transcript.NAME})


def load_analysers(
    root: Path, loader: OnnxLoader, registry: ModelRegistry, languages: Sequence[str] = ()
) -> Analysers:
    """Check every installed model against its pinned hash, load it once and put it into the registry.

    `languages` may be spoken, by their codes; none: any. Raises ValueError for one that no model knows,
    ModelMissingError, with what to do, when a model is absent or not what its manifest pins.
    """
    folders = _Folders(root, loader, registry)
    scenes = folders.model("labels/efficientnet-lite0")
    embedding = FaceEmbedding.over(folders.model("faces/dlib-resnet"))
    faces = FaceAnalyser(
        detector=folders.model("faces/yunet"),
        predictor=ShapePredictor.load(folders.open("faces/landmarks5").path(LANDMARKS_FILE)),
        predictor_ref=folders.ref("faces/landmarks5"),
        embeddings=lambda: [embedding],
        scenes=scenes,
    )
    recogniser = folders.model("text/ppocr-recognition")
    alphabet = recogniser.metadata[ALPHABET_KEY]
    return Analysers(
        pictures=(
            faces,
            TextAnalyser(folders.model("text/ppocr-detection"), recogniser, alphabet),
            LabelAnalyser(scenes, shipped_vocabulary(LABEL_CLASSES)),
            SafetyAnalyser(
                folders.model("safety/nsfw-mobilenet-v2"), folders.labels("safety/nsfw-mobilenet-v2")
            ),
            *_objects(folders),
        ),
        sounds=_sounds(folders, languages),
        embedding=folders.ref("faces/dlib-resnet"),
        features=folders.ref("labels/efficientnet-lite0"),
        absent=folders.absent(),
    )


def _objects(folders: _Folders) -> Sequence[PictureAnalyser]:
    """Return the analyser of objects where its model is installed."""
    detector = folders.optional(OBJECTS_MODEL)
    return (ObjectAnalyser(detector, folders.labels(OBJECTS_MODEL)),) if detector else ()


def _sounds(folders: _Folders, languages: Sequence[str]) -> Sequence[SoundAnalyser]:
    """Return the analysers that listen, the cheapest first; what is said only where Whisper is installed."""
    speech = SpeechAnalyser(folders.model("speech/silero-vad"))
    sounds = SoundsAnalyser(folders.model("sounds/firered-aed"))
    encoder, decoder = (folders.optional(f"speech/whisper-{part}") for part in ("encoder", "decoder"))
    if encoder is None or decoder is None:
        return (speech, sounds)
    return (speech, sounds, TranscriptAnalyser(speech, Recogniser(encoder, decoder, languages)))


class _Folders:
    """The shipped models by name; the version is the one this release ships."""

    def __init__(self, root: Path, loader: OnnxLoader, registry: ModelRegistry) -> None:
        self._root, self._loader, self._registry = root, loader, registry
        self._refs = {manifest.name: manifest.ref for manifest in shipped()}

    def ref(self, name: str) -> ModelRef:
        return self._refs[name]

    def optional(self, name: str) -> OnnxModel | None:
        """Return an optional model, None where it is not installed. Raises ModelMissingError if changed."""
        return self.model(name) if is_there(self._root, self.ref(name)) else None

    def absent(self) -> list[AbsentAnalyser]:
        """Return the optional analysers of which a model is not installed, by name."""
        return [
            AbsentAnalyser(name, _OPTIONAL[name], [one.ref for one in manifests], name in _LISTENING)
            for name in optional_analysers()
            if (manifests := [one for one in shipped() if one.optional and one.analyser == name])
            and not all(is_there(self._root, one.ref) for one in manifests)
        ]

    def open(self, name: str) -> ModelFolder:
        return open_folder(self._root, self.ref(name))

    def model(self, name: str) -> OnnxModel:
        model = self._loader.load(self.open(name), trusted=True)
        self._registry.put(model, in_force=True)
        return model

    def labels(self, name: str) -> list[str]:
        return self.open(name).path(LABELS_FILE).read_text(encoding="utf-8").splitlines()
