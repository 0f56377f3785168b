"""Tensors of the Open Inference Protocol: what fits is read bit by bit, what does not is named."""

from __future__ import annotations

import numpy as np
import pytest

from framewell.oip.v2 import open_inference_pb2 as oip
from framewell_inference.domain.tensors import InvalidInputError, TensorSpec, check_inputs
from framewell_inference.entrypoints.tensors import DATATYPES, read_inputs, write_outputs

SPECS = [TensorSpec("x", np.dtype("float32"), (-1, 2)), TensorSpec("n", np.dtype("int64"), (1,))]


def request(*, raw: bool) -> oip.ModelInferRequest:
    message = oip.ModelInferRequest(model_name="m")
    x = message.inputs.add(name="x", datatype="FP32", shape=[3, 2])
    n = message.inputs.add(name="n", datatype="INT64", shape=[1])
    values = np.arange(6, dtype=np.float32)
    if raw:
        message.raw_input_contents.extend([values.tobytes(), np.array([7], "<i8").tobytes()])
    else:
        x.contents.fp32_contents.extend(values.tolist())
        n.contents.int64_contents.append(7)
    return message


@pytest.mark.parametrize("raw", [True, False])
def test_both_ways_of_sending_values_give_the_same_arrays(raw: bool) -> None:
    arrays = read_inputs(request(raw=raw), SPECS)
    assert arrays["x"].tolist() == [[0, 1], [2, 3], [4, 5]]
    assert arrays["n"].tolist() == [7]
    check_inputs(SPECS, arrays)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda message: message.inputs[0].shape.append(1), "shape"),
        (lambda message: message.inputs[0].ClearField("shape"), "shape"),
        (lambda message: setattr(message.inputs[0], "datatype", "FP64"), "FP64"),
        (lambda message: setattr(message.inputs[0], "name", "y"), "no input is called y"),
        (lambda message: message.inputs.add(name="x", datatype="FP32", shape=[3, 2]), "raw contents|twice"),
        (lambda message: message.raw_input_contents.pop(), "1 raw contents for 2 inputs"),
        (lambda message: message.raw_input_contents.__setitem__(0, b"12"), "2 bytes, 24 belong"),
        (lambda message: message.inputs[0].shape.__setitem__(0, 0), "shape"),
        (lambda message: message.inputs[0].shape.__setitem__(0, -1), "shape"),
    ],
)
def test_what_does_not_fit_is_named(change: object, complaint: str) -> None:
    message = request(raw=True)
    change(message)  # type: ignore[operator]
    with pytest.raises(InvalidInputError, match=complaint):
        read_inputs(message, SPECS)


def test_a_missing_input_is_named_before_the_run() -> None:
    with pytest.raises(InvalidInputError, match="the model takes"):
        check_inputs(SPECS, {"x": np.zeros((1, 2), np.float32)})


@pytest.mark.parametrize("name", sorted(DATATYPES.keys() - {"BYTES"}))
def test_every_type_comes_back_as_it_went(name: str) -> None:
    value = np.array([[1, 0, 1]], DATATYPES[name])
    response = oip.ModelInferResponse()
    write_outputs(
        response, {"y": value, "z": value}, [oip.ModelInferRequest.InferRequestedOutputTensor(name="y")]
    )
    (tensor,) = response.outputs
    assert (tensor.name, tensor.datatype, list(tensor.shape)) == ("y", name, [1, 3])
    assert np.frombuffer(response.raw_output_contents[0], DATATYPES[name]).tolist() == [1, 0, 1]


def test_an_unknown_output_is_named() -> None:
    wanted = [oip.ModelInferRequest.InferRequestedOutputTensor(name="q")]
    with pytest.raises(InvalidInputError, match="no output is called q"):
        write_outputs(oip.ModelInferResponse(), {"y": np.zeros(1, np.float32)}, wanted)
