"""What a manifest must say, and what a model folder may never hold."""

from __future__ import annotations

import time
from importlib import resources
from itertools import pairwise

import jsonschema
import pytest
import yaml

from framewell_models.folders import shipped, shipped_text
from framewell_models.manifest import ManifestError, ModelRef, Step
from framewell_models.manifest_reader import read
from framewell_models.manifest_schema import manifest_schema, schema_text
from framewell_models.manifest_yaml import MOST_BYTES_OF_OURS

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
        ("report: 0.6", "raport: 0.6"),
        ("report: 0.6", "report: 50"),
        ("code: MIT", "code: ''"),
    ],
)
def test_the_schema_refuses_what_the_reader_refuses(old: str, new: str) -> None:
    text = DECLARED.replace(old, new, 1)
    with pytest.raises(ManifestError):
        read(text)
    assert not jsonschema.Draft202012Validator(manifest_schema()).is_valid(yaml.safe_load(text))


BOMB = "a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in pairwise("abcdefgh")) + "name: *h\n"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (BOMB, "line 1 has an anchor or alias"),
        ("name: &x a", "anchor"),
        ("name: *x", "anchor"),
        ("a: [" + "x," * 500_000 + "]", "at most 64 KiB"),
        ("a: " + "[" * 60_000, "more than 32 deep"),
        ("a: !!set {b}", "line 1 has a tag"),
        ("limits: {seconds: 0x" + "f" * 50_000 + "}", "number of 50002 characters"),
        ("limits: {seconds: 1" + ":59" * 10_000 + ".5}", "number of 30003 characters"),
        ("a: 1\na: 2", "line 2: field 'a' is there twice"),
        ("[a]: 2", "line 1: the name of a field is a text"),
    ],
)
def test_a_manifest_costs_little_and_what_is_said_of_it_is_short(text: str, complaint: str) -> None:
    started = time.process_time()
    with pytest.raises(ManifestError, match=complaint) as refused:
        read(text)
    assert time.process_time() - started < 1
    assert len(str(refused.value)) < 500


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("name: labels/tiny", "name: [" + "x, " * 10_000 + "]"),
        ("task: classification", f"task: {'x' * 10_000}"),
        ("classification", "classification\n" + "x" * 10_000 + ": 1"),
        ("files:", f"source: {'x' * 10_000}\nfiles:"),
    ],
)
def test_what_is_said_of_a_long_value_is_short(old: str, new: str) -> None:
    with pytest.raises(ManifestError) as refused:
        read(MINIMAL.replace(old, new, 1))
    assert len(str(refused.value)) < 500


def test_only_a_manifest_of_ours_may_be_long() -> None:
    text = MINIMAL + f"classes: [{', '.join(f'person-{number}' for number in range(9000))}]\n"
    with pytest.raises(ManifestError, match="at most 64 KiB"):
        read(text)
    assert len(read(text, most_bytes=MOST_BYTES_OF_OURS).classes) == 9000


@pytest.mark.parametrize("version", ["1.10", "010", "0x10", "1_0", "2024-01-02", "yes"])
@pytest.mark.parametrize("quote", ["", "'", '"'])
def test_a_version_stays_as_it_is_written(version: str, quote: str) -> None:
    """*Tried*: 1.10 was taken as 1.1, and 010 as 8."""
    manifest = read(MINIMAL.replace('"1.0"', f"{quote}{version}{quote}").replace("labels/tiny", "1.50"))
    assert (manifest.version, manifest.name) == (version, "1.50")


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("report: 0.6", "raport: 0.6", "no threshold is called 'raport': there are report, overlap, label:"),
        ("report: 0.6", "report: 50", "'report' is 50, not between 0 and 1"),
        ("report: 0.6", "report: -3", "'report' is -3, not between"),
        ("report: 0.6", "report: yes", "thresholds: 'report' is True, which is no number"),
        ("report: 0.6", "report: high", "thresholds: 'report' is 'high', which is no number"),
        ("report: 0.6", "overlap: 2", "'overlap' is 2, not between"),
        ('"label:dog": 0.9', '"label:dog": 9', "'label:dog' is 9, not between"),
        ("limits:", "lineage: [a]\nlimits:", "lineage is no mapping"),
        ("limits:", "lineage: {a: [b]}\nlimits:", "lineage: 'a' is a list, no text"),
        ("limits:", "inputs: [{name: x, dtype: f, shape: 7}]\nlimits:", r"inputs\[0\]: shape is no list"),
        ("limits:", "inputs: [{name: x, dtype: f, shape: [a]}]\nlimits:", "shape is no list of whole"),
        ("limits:", "classes: abc\nlimits:", "classes is no list of texts"),
        ("limits:", "converter: {a: 1}\nlimits:", "converter is missing or no text"),
        ("limits:", "parent: [x]\nlimits:", "parent is missing or no text"),
        ("limits:", "embedding: 3\nlimits:", "embedding is missing or no text"),
        ("code: MIT", "code: ''", "licence: code is empty"),
        ("weights: CC0-1.0", "weights: ' '", "licence: weights is empty"),
        ("limits:", "1: 2\nlimits:", "unknown field 1"),
    ],
)
def test_every_field_is_held_to_its_kind(old: str, new: str, complaint: str) -> None:
    with pytest.raises(ManifestError, match=complaint):
        read(DECLARED.replace(old, new, 1))
