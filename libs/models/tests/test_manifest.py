"""What a manifest must say, and what a model folder may never hold."""

from __future__ import annotations

import pytest

from framewell_models.folders import shipped
from framewell_models.manifest import ManifestError, ModelRef, read

MINIMAL = """
name: labels/tiny
version: "1.0"
task: classification
analyser: labels
intended_use: Tests.
licence: {code: MIT, weights: CC0-1.0}
files:
  - {name: model.onnx, sha256: "%s"}
""" % ("0" * 64)


def test_a_minimal_manifest_is_read_with_its_reference() -> None:
    manifest = read(MINIMAL)
    assert str(manifest.ref) == "labels/tiny@1.0"
    assert manifest.graph.name == "model.onnx"


@pytest.mark.parametrize("name", ["model.pth", "model.pkl", "weights.bin", "model.pt", "x.npy", "model.jit"])
def test_a_pickle_is_refused_by_name(name: str) -> None:
    with pytest.raises(ManifestError, match="may carry code"):
        read(MINIMAL.replace("model.onnx", name))


@pytest.mark.parametrize("name", ["../model.onnx", "/etc/model.onnx", "a/b.onnx", ".hidden.onnx"])
def test_a_file_outside_the_folder_is_refused(name: str) -> None:
    with pytest.raises(ManifestError, match="plain file name"):
        read(MINIMAL.replace("model.onnx", name))


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('version: "1.0"', "version: ''", "version"),
        ("task: classification", "task: telepathy", "telepathy"),
        ("licence: {code: MIT, weights: CC0-1.0}", "licence: {code: MIT}", "weights"),
        ("analyser: labels", "analyser: labels\ncolour: red", "colour"),
        ("0" * 64, "abc", "sha256"),
    ],
)
def test_what_is_missing_or_unknown_is_named(old: str, new: str, complaint: str) -> None:
    with pytest.raises(ManifestError, match=complaint):
        read(MINIMAL.replace(old, new))


def test_yaml_that_builds_objects_is_refused() -> None:
    with pytest.raises(ManifestError):
        read("!!python/object/apply:os.system ['true']")


def test_an_identity_model_names_its_embedding_and_classes() -> None:
    text = MINIMAL.replace("labels/tiny", "identity/news").replace("classification", "identity")
    with pytest.raises(ManifestError, match="embedding"):
        read(text)
    manifest = read(text + "embedding: faces/dlib-resnet@1.0\nclasses: [a, b]\n")
    assert manifest.embedding == ModelRef("faces/dlib-resnet", "1.0")
    assert manifest.classes == ("a", "b")


def test_every_shipped_model_is_pinned_and_licensed() -> None:
    manifests = shipped()
    assert {manifest.analyser for manifest in manifests} == {"faces", "text", "labels", "safety", "speech"}
    for manifest in manifests:
        assert manifest.packages, manifest.ref
        assert all(package.members for package in manifest.packages), manifest.ref
        assert not {"GPL", "AGPL"} & {manifest.licence.code[:3], manifest.licence.weights[:3]}, manifest.ref
        assert len(manifest.intended_use) > 40, manifest.ref
