"""What a manifest must say, and what a model folder may never hold."""

from __future__ import annotations

from importlib import resources

import jsonschema
import pytest
import yaml

from framewell_models.folders import shipped, shipped_text
from framewell_models.manifest import ManifestError, ModelRef, Step
from framewell_models.manifest_reader import read
from framewell_models.manifest_schema import manifest_schema, schema_text

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
    assert {manifest.analyser for manifest in manifests} == {
        "faces", "text", "labels", "safety", "speech", "sounds", "objects", "transcript",
    }  # fmt: skip
    for manifest in manifests:
        assert manifest.packages, manifest.ref
        assert all(package.members for package in manifest.packages), manifest.ref
        assert not {"GPL", "AGPL"} & {manifest.licence.code[:3], manifest.licence.weights[:3]}, manifest.ref
        assert len(manifest.intended_use) > 40, manifest.ref


LABELS, COMMIT = "1" * 64, "a" * 40

DECLARED = (
    MINIMAL.replace("analyser: labels\n", "")
    + f"""
  - {{name: labels.txt, sha256: "{LABELS}"}}
labels: labels.txt
source: huggingface:house/dogs@{COMMIT}
"""
    + """
preprocessing: {name: stretch, parameters: {side: 224, mean: [0.485, 0.456, 0.406]}}
postprocessing: {name: scores, parameters: {activation: softmax}}
thresholds: {report: 0.6, "label:dog": 0.9}
limits: {seconds: 2}
"""
)


def test_a_declared_model_says_what_is_done_before_and_after_it_with_all_defaults() -> None:
    manifest = read(DECLARED)
    assert manifest.declared
    assert manifest.analyser_name == "labels.tiny"
    assert manifest.preprocessing is not None
    assert manifest.preprocessing.parameters["width"] == manifest.preprocessing.parameters["height"] == 224
    assert manifest.preprocessing.parameters["layout"] == "nchw"
    assert manifest.postprocessing == Step("scores", {"output": "", "activation": "softmax", "top": 5})
    assert [manifest.threshold(label) for label in ("dog", "cat", "")] == [0.9, 0.6, 0.6]
    assert manifest.limits.seconds == 2.0
    assert manifest.limits.batch == 16


def test_a_model_without_steps_is_served_by_name_alone() -> None:
    assert not read(MINIMAL.replace("analyser: labels\n", "")).declared


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("name: stretch", "name: squeeze", "take one of centre-crop, letterbox, stretch"),
        ("name: scores", "name: yolo-v8", "does not serve classification"),
        ("side: 224, ", "", "needs the parameter width"),
        ("side: 224", "side: 224, colours: rgb", "no parameter colours"),
        ("side: 224", "side: 9000", "not between 8 and 4096"),
        ("side: 224", "side: wide", "is no number"),
        ("side: 224", "side: 224, colour: cmyk", "none of rgb, bgr, grey"),
        ("[0.485, 0.456, 0.406]", "[0.1, 0.2]", "one number, or one a channel"),
        ("labels: labels.txt", "labels: names.txt", "none of its files"),
        ("report: 0.6", "report: .nan", "is no number"),
        ("{seconds: 2}", "{seconds: 0}", "between 0.01 and 600"),
        ("{seconds: 2}", "{hours: 2}", "unknown field hours"),
        ("name: labels.txt", "name: model.onnx", "listed twice"),
        ("huggingface:house/dogs@", "huggingface:house/dogs@main", "40 hex digits"),
        ("huggingface:house/dogs@", "ftp://house/dogs@", "begins with none of"),
        ("source: ", "source: https://user:secret@house/#", "not of the form"),
        ("postprocessing: {name: scores, parameters: {activation: softmax}}", "", "go together"),
    ],
)
def test_a_step_that_cannot_be_done_is_refused_with_what_could_be(old: str, new: str, complaint: str) -> None:
    with pytest.raises(ManifestError, match=complaint):
        read(DECLARED.replace(old, new, 1))


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "name", "{name: [}", "a: &a [*a]", "[" * 5000, "files: 3", "\0", "name: {a: b}\nfiles: [3]",
        MINIMAL.replace("files:", "thresholds: [1]\nfiles:"),
        MINIMAL.replace("licence: {", "licence: [3] #"),
        MINIMAL.replace("{name: model.onnx", "model.onnx #"),
        MINIMAL + "inputs: [{name: x, dtype: f, shape: 7}]",
        MINIMAL + "inputs: [{name: x, dtype: f, shape: [.inf]}]",
        MINIMAL + "lineage: 3",
        MINIMAL + "embedding: 3",
    ],
)  # fmt: skip
def test_whatever_is_no_manifest_is_refused_and_nothing_else_happens(text: str) -> None:
    with pytest.raises(ManifestError):
        read(text)


def test_the_published_schema_is_the_readers() -> None:
    published = resources.files("framewell_models") / "model.schema.json"
    assert published.read_text(encoding="utf-8") == schema_text(), "write it anew: framewell models schema"


@pytest.mark.parametrize(
    "document",
    [*(yaml.safe_load(shipped_text(one.ref)) for one in shipped()), yaml.safe_load(DECLARED)],
)
def test_the_schema_takes_what_the_reader_takes(document: dict[str, object]) -> None:
    jsonschema.Draft202012Validator(manifest_schema()).validate(document)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("name: stretch", "name: squeeze"),
        ("side: 224, ", ""),
        ("side: 224", "side: 224, colours: rgb"),
        ("side: 224", "side: 9000"),
        ("[0.485, 0.456, 0.406]", "[0.1, 0.2]"),
        ("model.onnx", "model.pkl"),
        ("model.onnx", "../model.onnx"),
        ("{seconds: 2}", "{seconds: 0}"),
        ("task: classification", "task: telepathy"),
        ("intended_use", "use"),
    ],
)
def test_the_schema_refuses_what_the_reader_refuses(old: str, new: str) -> None:
    text = DECLARED.replace(old, new, 1)
    with pytest.raises(ManifestError):
        read(text)
    assert not jsonschema.Draft202012Validator(manifest_schema()).is_valid(yaml.safe_load(text))
