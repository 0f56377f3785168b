"""No graph leaves that does not compute what its head computes."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import numpy_helper

from framewell_training.adapters.onnx_graphs import OnnxExporter, compare
from framewell_training.recipes.graphs import INPUT, MOST_DIFFERENCE, OUTPUT, GraphDiffers
from framewell_training.recipes.identity.heads import CentroidHead, CorrectedHead, Head, LinearHead


def heads(cast):
    people = np.array([cast.photo(f"person-{n}") for n in range(5)], dtype=np.float32)
    background = cast.background(20).vectors
    biases = np.linspace(-1, 1, 5).astype(np.float32)
    return [
        CentroidHead(people),
        CentroidHead(people[:1]),
        CorrectedHead(people, background),
        CorrectedHead(people, background[:3]),
        LinearHead(people * 4, biases),
    ]


def by_torch(head: Head, faces: np.ndarray) -> np.ndarray:
    """The same distances from torch's own operators, without the expanded square."""

    def distances(points: np.ndarray) -> torch.Tensor:
        exact = "donot_use_mm_for_euclid_dist"
        return torch.cdist(embeddings, torch.from_numpy(points).double(), compute_mode=exact)

    embeddings = torch.from_numpy(faces).double()
    match head:
        case CentroidHead():
            found = distances(head.centroids)
        case CorrectedHead():
            nearest, _ = torch.topk(
                distances(head.background), min(head.neighbours, len(head.background)), largest=False
            )
            shift = head.offset - head.weight * nearest.mean(dim=1, keepdim=True)
            found = torch.clamp(distances(head.centroids) + shift, min=0.0)
        case LinearHead():
            layer = torch.nn.functional.linear(
                embeddings, torch.from_numpy(head.weights).double(), torch.from_numpy(head.biases).double()
            )
            found = torch.nn.functional.softplus(-layer)
    return found.float().numpy()


@pytest.mark.parametrize("which", range(5))
def test_the_graph_computes_what_numpy_and_torch_compute(cast, which: int) -> None:
    head = heads(cast)[which]
    # A centroid of one photo lies exactly where that photo lies: the hardest place for a distance.
    faces = np.array([cast.photo(f"person-{n}") for n in range(7)], dtype=np.float32)
    if isinstance(head, CentroidHead):
        faces[0] = head.centroids[0]
    graph = OnnxExporter().export(head, faces)
    assert graph.difference <= MOST_DIFFERENCE
    session = onnxruntime.InferenceSession(graph.onnx, providers=["CPUExecutionProvider"])
    for count in (1, 7):
        served = session.run([OUTPUT], {INPUT: faces[:count]})[0]
        assert served.dtype == np.float32
        np.testing.assert_allclose(served, head.distances(faces[:count]), atol=MOST_DIFFERENCE)
        np.testing.assert_allclose(served, by_torch(head, faces[:count]), atol=MOST_DIFFERENCE)
    assert OnnxExporter().export(head, faces).onnx == graph.onnx, "the same head is the same file"


def test_a_graph_with_a_changed_weight_is_refused(cast) -> None:
    head = heads(cast)[0]
    faces = cast.background(4).vectors
    broken = onnx.load_from_string(OnnxExporter().export(head, faces).onnx)
    matrix = next(tensor for tensor in broken.graph.initializer if list(tensor.dims) == [128, 5])
    values = numpy_helper.to_array(matrix).copy()
    values[3, 2] += 0.01
    matrix.CopyFrom(numpy_helper.from_array(values, matrix.name))
    with pytest.raises(GraphDiffers, match="differs from the head by"):
        compare(broken.SerializeToString(), head, faces)


def test_a_graph_of_another_shape_is_refused(cast) -> None:
    five, one = heads(cast)[:2]
    faces = cast.background(4).vectors
    with pytest.raises(GraphDiffers, match=r"\(4, 5\), the head float32 \(4, 1\)"):
        compare(OnnxExporter().export(five, faces).onnx, one, faces)


def test_a_graph_that_gives_no_number_is_refused(cast) -> None:
    head = LinearHead(np.full((2, 128), np.nan, dtype=np.float32), np.zeros(2, dtype=np.float32))
    with pytest.raises(GraphDiffers, match="nan"):
        OnnxExporter().export(head, cast.background(2).vectors)
