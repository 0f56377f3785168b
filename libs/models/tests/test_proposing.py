"""What `models init` reads off a graph, what it guesses, and what somebody may settle."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from onnx import TensorProto, helper

from framewell_models.folder_writing import write_folder
from framewell_models.folders import ModelFolder
from framewell_models.manifest import ManifestError
from framewell_models.manifest_reader import load
from framewell_models.proposing import Wishes, propose, propose_elsewhere

FLOAT, UINT8 = TensorProto.FLOAT, TensorProto.UINT8
WISHES = Wishes(name="site/tried", licence="MIT")


def graph(
    path: Path,
    taken: tuple[str, int, list[Any]],
    given: dict[str, list[Any]],
    *,
    last: str = "Identity",
    names: str = "",
) -> Path:
    """Write a graph of these tensors; what it computes does not matter here."""
    name, kind, shape = taken
    nodes = [helper.make_node("Relu", [name], ["hidden"])]
    nodes += [helper.make_node(last, ["hidden"], [output]) for output in given]
    model = helper.make_model(
        helper.make_graph(
            nodes,
            "tried",
            [helper.make_tensor_value_info(name, kind, shape)],
            [helper.make_tensor_value_info(output, FLOAT, size) for output, size in given.items()],
        )
    )
    if names:
        helper.set_model_props(model, {"names": names})
    path.write_bytes(model.SerializeToString())
    return path


def outside(folder: Path, location: str) -> Path:
    """Write a graph whose weights stand in another file."""
    weight = TensorProto(name="w", data_type=FLOAT, dims=[2], data_location=TensorProto.EXTERNAL)
    weight.external_data.add(key="location", value=location)
    value = helper.make_tensor_value_info
    model = helper.make_model(
        helper.make_graph(
            [helper.make_node("Mul", ["x", "w"], ["y"])],
            "outside",
            [value("x", FLOAT, ["N", 2])],
            [value("y", FLOAT, ["N", 2])],
            [weight],
        )
    )
    (folder / "net.onnx").write_bytes(model.SerializeToString())
    return folder / "net.onnx"


@pytest.mark.parametrize("location", ["net.onnx.data", "net.onnx_data"])
def test_files_of_weights_beside_the_graph_are_listed_pinned_and_copied(
    tmp_path: Path, location: str
) -> None:
    path = outside(tmp_path, location)
    (tmp_path / location).write_bytes(b"12345678")
    manifest = write_folder(path, propose(path, WISHES), tmp_path / "made")
    assert [file.name for file in manifest.files] == ["model.onnx", location]
    assert [file.name for file in manifest.weights] == [location]
    assert ModelFolder(manifest, tmp_path / "made").problems() == []
    wishes = Wishes(name="site/a", licence="MIT", source="https://models.example", path="onnx/net.onnx")
    assert [file["path"] for file in propose(path, wishes).document["files"]] == [
        "onnx/net.onnx", f"onnx/{location}",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("location", "complaint"),
    [
        ("../net.onnx.data", "plain file name"),
        ("/etc/net.data", "plain file name"),
        ("weights.bin", "may carry code"),
        ("labels.txt", "stand in files of"),
        ("net.data", "does not lie beside it"),
    ],
)
def test_weights_elsewhere_are_refused(tmp_path: Path, location: str, complaint: str) -> None:
    with pytest.raises(ManifestError, match=complaint):
        propose(outside(tmp_path, location), WISHES)


@pytest.mark.parametrize(
    ("taken", "given", "expected"),
    [
        (("x", FLOAT, ["N", 3, 224, 224]), {"y": ["N", 1000]}, "classification stretch scores"),
        (("x", FLOAT, [1, 160, 120, 3]), {"y": [1, 512]}, "embedding stretch vector"),
        (("x", FLOAT, [1, 3, 640, 640]), {"y": [1, 84, 8400]}, "detection letterbox yolo-v8"),
        (("x", FLOAT, [1, 3, 640, 640]), {"y": [1, 25200, 85]}, "detection letterbox yolo-v5"),
        (
            ("x", UINT8, [1, 300, 300, 3]),
            {"boxes": [1, 10, 4], "scores": [1, 10]},
            "detection letterbox boxes",
        ),
        (("x", FLOAT, [1, 3, 64, 64]), {"y": [1, 21, 64, 64]}, "segmentation stretch mask"),
        (("waveform", FLOAT, [-1]), {"y": [-1, 521]}, "sequence waveform windows"),
        (("x", FLOAT, [1, 15600]), {"y": [1, 521]}, "sequence waveform windows"),
    ],
)  # fmt: skip
def test_task_and_steps_are_read_off_the_shapes(
    tmp_path: Path, taken: tuple[str, int, list[Any]], given: dict[str, list[Any]], expected: str
) -> None:
    taken = (taken[0], taken[1], ["N" if size == -1 else size for size in taken[2]])
    given = {name: ["N" if size == -1 else size for size in shape] for name, shape in given.items()}
    proposal = propose(graph(tmp_path / "a.onnx", taken, given), WISHES)
    manifest = write_folder(tmp_path / "a.onnx", proposal, tmp_path / "made")
    assert manifest.declared
    assert manifest.preprocessing is not None
    assert manifest.postprocessing is not None
    assert f"{manifest.task} {manifest.preprocessing.name} {manifest.postprocessing.name}" == expected
    assert ModelFolder(load(tmp_path / "made/model.yaml"), tmp_path / "made").problems() == []


def test_size_layout_and_channels_are_the_graphs(tmp_path: Path) -> None:
    made = graph(tmp_path / "a.onnx", ("x", FLOAT, [1, 160, 120, 1]), {"y": [1, 5]})
    parameters = propose(made, WISHES).document["preprocessing"]["parameters"]
    assert (parameters["width"], parameters["height"]) == (120, 160)
    assert (parameters["layout"], parameters["colour"]) == ("nhwc", "grey")


@pytest.mark.parametrize(
    ("last", "activation"), [("Softmax", "none"), ("Sigmoid", "none"), ("Relu", "softmax")]
)
def test_scores_that_the_graph_makes_are_not_made_again(tmp_path: Path, last: str, activation: str) -> None:
    made = graph(tmp_path / "a.onnx", ("x", FLOAT, [1, 3, 8, 8]), {"y": [1, 5]}, last=last)
    assert propose(made, WISHES).document["postprocessing"]["parameters"]["activation"] == activation


def test_labels_that_an_exporter_left_are_taken_and_never_run(tmp_path: Path) -> None:
    taken, given = ("x", FLOAT, [1, 3, 8, 8]), {"y": [1, 2]}
    inside = graph(tmp_path / "a.onnx", taken, given, names="{0: 'cat', 1: 'dog'}")
    manifest = write_folder(inside, propose(inside, WISHES), tmp_path / "made")
    assert ModelFolder(manifest, tmp_path / "made").labels() == ("cat", "dog")
    for names in ("__import__('os').abort()", "{1: 'a'}", "(" * 9000):
        assert propose(graph(tmp_path / "b.onnx", taken, given, names=names), WISHES).labels == ()


def test_the_output_with_a_value_for_each_label_is_the_one_that_is_read(tmp_path: Path) -> None:
    made = graph(tmp_path / "a.onnx", ("x", FLOAT, [1, 3, 8, 8]), {"features": [1, 1280], "p": [1, 2]})
    assert propose(made, WISHES).document["task"] == "embedding"
    document = propose(made, Wishes(name="site/tried", licence="MIT", labels=["a", "b"])).document
    assert (document["task"], document["postprocessing"]["parameters"]["output"]) == ("classification", "p")


@pytest.mark.parametrize(
    "given",
    [
        {"text": ["N", "T", 18710]},  # characters of a line of text
        {
            f"{kind}{stride}": [1, 80, size]
            for kind, size in (("cls", 1), ("box", 4))
            for stride in (8, 16, 32)
        },
    ],
)
def test_what_looks_like_boxes_and_is_none_is_no_detection(
    tmp_path: Path, given: dict[str, list[Any]]
) -> None:
    made = graph(tmp_path / "a.onnx", ("x", FLOAT, [1, 3, 48, 320]), given)
    assert "preprocessing" not in propose(made, WISHES).document


def test_what_somebody_says_is_not_guessed(tmp_path: Path) -> None:
    made = graph(tmp_path / "a.onnx", ("x", FLOAT, [1, 3, 224, 224]), {"y": [1, 2]})
    wishes = Wishes(
        name="site/tried", licence="MIT", task="classification", normalise="bytes", colour="bgr",
        activation="sigmoid", labels=["a", "b"], mean=[104, 117, 123],
    )  # fmt: skip
    proposal = propose(made, wishes)
    assert proposal.guessed == []
    parameters = proposal.document["preprocessing"]["parameters"]
    assert (parameters["colour"], parameters["scale"], parameters["mean"]) == ("bgr", 1.0, [104, 117, 123])
    with pytest.raises(ManifestError, match="none of bytes, unit"):
        propose(made, Wishes(name="site/tried", licence="MIT", normalise="oddly"))


def test_guesses_stand_in_the_manifest_as_comments(tmp_path: Path) -> None:
    made = graph(tmp_path / "a.onnx", ("x", FLOAT, [1, 3, 224, 224]), {"y": [1, 7]})
    write_folder(made, propose(made, WISHES), tmp_path / "made")
    text = (tmp_path / "made/model.yaml").read_text(encoding="utf-8")
    assert "# guessed: numbers of the picture: imagenet" in text


def test_a_graph_of_no_known_kind_is_served_by_name_alone(tmp_path: Path) -> None:
    made = graph(tmp_path / "a.onnx", ("tokens", TensorProto.INT64, [1, 77]), {"y": [1, 77, 512]})
    proposal = propose(made, WISHES)
    assert "preprocessing" not in proposal.document
    assert any("served by name" in one for one in proposal.guessed)


def test_what_is_no_graph_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.onnx").write_bytes(b"no graph")
    with pytest.raises(ManifestError, match="no ONNX graph"):
        propose(tmp_path / "a.onnx", WISHES)


def test_a_model_that_runs_elsewhere_is_a_folder_with_its_manifest_alone(tmp_path: Path) -> None:
    wishes = Wishes(name="site/dogs", licence="MIT", source="oip://gpu.house:8001/dogs", labels=["a", "b"])
    tensors = [("x", "float32", (-1, 3, 64, 64))], [("y", "float32", (-1, 2))]
    manifest = write_folder(None, propose_elsewhere(wishes, *tensors), tmp_path / "oip")
    assert (manifest.task, manifest.remote, manifest.declared) == ("classification", True, True)
    assert [path.name for path in (tmp_path / "oip").glob("*.onnx")] == []
    wishes = Wishes(
        name="site/says", licence="MIT", source="openai://gpu.house:8000/v1#vlm", task="caption",
        prompt="What is this?",
    )  # fmt: skip
    manifest = write_folder(None, propose_elsewhere(wishes, [], []), tmp_path / "openai")
    assert (manifest.prompt, manifest.remote, manifest.declared) == ("What is this?", True, True)


def test_labels_of_a_graph_that_are_there_twice_are_numbered_and_hold_no_line_of_their_own(
    tmp_path: Path,
) -> None:
    """ImageNet has two cranes."""
    path = graph(
        tmp_path / "a.onnx", ("x", FLOAT, ["N", 3, 8, 8]), {"y": ["N", 2]}, names="{0: 'crane', 1: 'crane'}"
    )
    proposal = propose(path, WISHES)
    assert proposal.labels == ("crane", "crane (2)")
    assert "labels: numbered where they were empty or there twice, lines 2" in proposal.guessed
    folder = ModelFolder(write_folder(path, proposal, tmp_path / "made"), tmp_path / "made")
    assert folder.labels() == ("crane", "crane (2)")
    graph(path, ("x", FLOAT, ["N", 3, 8, 8]), {"y": ["N", 1]}, names="{0: 'crane\\nsource: x'}")
    with pytest.raises(ManifestError, match="line 1 has control characters"):
        propose(path, WISHES)
