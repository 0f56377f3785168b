"""Converters of models that listen: CTranslate2's and ncnn's files, and the graphs that are made of them."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from math import erf
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest

from framewell_models.converters import sound_events, whisper
from framewell_models.converters.ctranslate2 import DTYPES, read_variables
from framewell_models.converters.graph import Array, Float
from framewell_models.converters.ncnn import read_layers

WIDTH, HEADS, VOCABULARY, LAYERS = 128, 2, 30, 2


def run(path: Path, **inputs: Any) -> dict[str, Array]:
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, inputs), strict=True))


def model_bin(variables: Mapping[str, Array], aliases: Mapping[str, str]) -> bytes:
    def text(value: str) -> bytes:
        return struct.pack("<H", len(value) + 1) + value.encode() + b"\0"

    data = struct.pack("<I", 6) + text("WhisperSpec") + struct.pack("<II", 3, len(variables))
    for name, value in variables.items():
        kinds = [np.dtype(one).str for one in DTYPES]
        data += text(name) + struct.pack("<B", value.ndim) + struct.pack(f"<{value.ndim}I", *value.shape)
        data += struct.pack("<BI", kinds.index(value.dtype.str), value.nbytes) + value.tobytes()
    data += struct.pack("<I", len(aliases))
    return data + b"".join(text(alias) + text(name) for alias, name in aliases.items())


def test_variables_are_read_with_their_types_from_parts(tmp_path: Path) -> None:
    variables = {"a/weight": np.arange(6, dtype="<f2").reshape(2, 3), "b": np.array(3, np.int8)}
    data = model_bin(variables, {"c": "a/weight"})
    parts = [tmp_path / "1", tmp_path / "2"]
    parts[0].write_bytes(data[:60])
    parts[1].write_bytes(data[60:])
    found = read_variables(parts)
    assert found["a/weight"].tolist() == found["c"].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert (found["b"].tolist(), found["a/weight"].itemsize) == (3, 2)
    for wrong in (data[:-3], data + b"x", b"\x09" + data[1:]):
        parts[0].write_bytes(wrong)
        with pytest.raises(ValueError, match="CTranslate2"):
            read_variables(parts[:1])


def whisper_weights() -> dict[str, Float]:
    random = np.random.default_rng(1)

    def values(*shape: int) -> Float:
        return np.asarray(random.standard_normal(shape) * 0.1, np.float32)

    def linear(name: str, rows: int, columns: int) -> dict[str, Float]:
        return {f"{name}/weight": values(rows, columns), f"{name}/bias": values(rows)}

    def norm(name: str) -> dict[str, Float]:
        return {f"{name}/gamma": 1 + values(WIDTH), f"{name}/beta": values(WIDTH)}

    weights = {
        "encoder/conv1/weight": values(WIDTH, 80, 3), "encoder/conv1/bias": values(WIDTH),
        "encoder/conv2/weight": values(WIDTH, WIDTH, 3), "encoder/conv2/bias": values(WIDTH),
        "encoder/position_encodings/encodings": values(1500, WIDTH),
        "decoder/position_encodings/encodings": values(448, WIDTH),
        "decoder/embeddings/weight": values(VOCABULARY, WIDTH),
        **norm("encoder/layer_norm"), **norm("decoder/layer_norm"),
    }  # fmt: skip
    for side in ("encoder", "decoder"):
        for place in (f"{side}/layer_{layer}" for layer in range(LAYERS)):
            weights |= norm(f"{place}/self_attention/layer_norm") | norm(f"{place}/ffn/layer_norm")
            weights |= linear(f"{place}/self_attention/linear_0", 3 * WIDTH, WIDTH)
            weights |= linear(f"{place}/self_attention/linear_1", WIDTH, WIDTH)
            weights |= linear(f"{place}/ffn/linear_0", 4 * WIDTH, WIDTH)
            weights |= linear(f"{place}/ffn/linear_1", WIDTH, 4 * WIDTH)
            if side == "decoder":
                weights |= norm(f"{place}/attention/layer_norm")
                weights |= linear(f"{place}/attention/linear_0", WIDTH, WIDTH)
                weights |= linear(f"{place}/attention/linear_1", 2 * WIDTH, WIDTH)
                weights |= linear(f"{place}/attention/linear_2", WIDTH, WIDTH)
    return weights


class Plain:
    """Whisper as its paper has it, in numpy."""

    def __init__(self, weights: Mapping[str, Array]) -> None:
        self.weights = weights

    def linear(self, x: Array, name: str) -> Array:
        return np.asarray(x @ self.weights[f"{name}/weight"].T + self.weights[f"{name}/bias"])

    def norm(self, x: Array, name: str) -> Array:
        spread = np.sqrt(x.var(-1, keepdims=True) + 1e-5)
        scale, shift = self.weights[f"{name}/gamma"], self.weights[f"{name}/beta"]
        return np.asarray((x - x.mean(-1, keepdims=True)) / spread * scale + shift)

    def gelu(self, x: Array) -> Array:
        return np.asarray(x * (1 + np.vectorize(erf)(x / np.sqrt(2))) / 2)

    def convolution(self, x: Array, name: str, stride: int) -> Array:
        padded = np.pad(x, ((0, 0), (1, 1)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, 3, axis=1)[:, ::stride]
        product = np.einsum("ipk,oik->op", windows, self.weights[f"{name}/weight"])
        return np.asarray(product + self.weights[f"{name}/bias"][:, None])

    def attention(self, q: Array, k: Array, v: Array, mask: Array | None = None) -> tuple[Array, Array]:
        def heads(x: Array) -> Array:
            return x.reshape(len(x), HEADS, 64).transpose(1, 0, 2)

        scores = heads(q) / 8 @ heads(k).transpose(0, 2, 1) + (0 if mask is None else mask)
        shares = np.exp(scores - scores.max(-1, keepdims=True))
        mixed = shares / shares.sum(-1, keepdims=True) @ heads(v)
        return mixed.transpose(1, 0, 2).reshape(len(q), WIDTH), scores

    def fed(self, x: Array, place: str) -> Array:
        wide = self.gelu(self.linear(self.norm(x, f"{place}/ffn/layer_norm"), f"{place}/ffn/linear_0"))
        return x + self.linear(wide, f"{place}/ffn/linear_1")

    def encoded(self, mel: Array) -> Array:
        x = self.gelu(self.convolution(mel, "encoder/conv1", 1))
        x = self.gelu(self.convolution(x, "encoder/conv2", 2)).T
        x = x + self.weights["encoder/position_encodings/encodings"]
        for place in (f"encoder/layer_{layer}" for layer in range(LAYERS)):
            both = self.linear(
                self.norm(x, f"{place}/self_attention/layer_norm"), f"{place}/self_attention/linear_0"
            )
            x = x + self.linear(self.attention(*np.split(both, 3, 1))[0], f"{place}/self_attention/linear_1")
            x = self.fed(x, place)
        return self.norm(x, "encoder/layer_norm")

    def decoded(self, tokens: list[int], sound: Array) -> tuple[Array, list[Array]]:
        x = self.weights["decoder/embeddings/weight"][tokens]
        x = x + self.weights["decoder/position_encodings/encodings"][: len(tokens)]
        mask, seen = np.triu(np.full((len(tokens), len(tokens)), -1e9), 1), []
        for place in (f"decoder/layer_{layer}" for layer in range(LAYERS)):
            both = self.linear(
                self.norm(x, f"{place}/self_attention/layer_norm"), f"{place}/self_attention/linear_0"
            )
            query, key, value = np.split(both, 3, 1)
            heard, _ = self.attention(query, key, value, mask)
            x = x + self.linear(heard, f"{place}/self_attention/linear_1")
            query = self.linear(self.norm(x, f"{place}/attention/layer_norm"), f"{place}/attention/linear_0")
            keys = np.split(self.linear(sound, f"{place}/attention/linear_1"), 2, 1)
            heard, scores = self.attention(query, keys[0], keys[1])
            seen.append(scores)
            x = self.fed(x + self.linear(heard, f"{place}/attention/linear_2"), place)
        return self.norm(x, "decoder/layer_norm") @ self.weights["decoder/embeddings/weight"].T, seen


def test_whisper_computes_what_its_paper_says_at_once_and_token_by_token(tmp_path: Path) -> None:
    weights = whisper_weights()
    encoder, decoder = tmp_path / "encoder.onnx", tmp_path / "decoder.onnx"
    whisper.build_encoder(weights, encoder)
    whisper.build_decoder(weights, [(0, 1), (1, 0)], decoder)
    mel = np.asarray(np.random.default_rng(2).standard_normal((80, 3000)), np.float32)
    tokens, plain = [3, 1, 4, 1, 5], Plain(weights)
    logits, scores = plain.decoded(tokens, plain.encoded(mel))
    sound = run(encoder, mel=mel[None])
    before: dict[str, Array] = {}
    for layer in range(LAYERS):
        before |= {f"keys_{layer}": np.zeros((1, HEADS, 64, 1), np.float32)}
        before |= {f"values_{layer}": np.zeros((1, HEADS, 1, 64), np.float32)}
    whole = run(decoder, tokens=np.array([tokens]), **sound, **before)
    assert whole["logits"][0] == pytest.approx(logits, abs=1e-3)
    expected = np.stack([scores[0][1], scores[1][0]])
    assert whole["attention"][0] == pytest.approx(expected, abs=1e-3)
    for at, token in enumerate(tokens):
        step = run(decoder, tokens=np.array([[token]]), **sound, **before)
        before = {name: step[f"next_{name}"] for name in before}
        assert step["logits"][0, 0] == pytest.approx(logits[at], abs=1e-3)


NCNN = """7767517
3 3
Input                in0   0 1 in0
Gemm                 g     1 1 in0 1 10=4 2=0 3=1 4=0 5=1 6=1 8=3 9=2
ConvolutionDepthWise1D c   1 1 1 2 0=3 1=5 6=15 7=3
"""


def block(values: Array, *, half: bool = False) -> bytes:
    if not half:
        return struct.pack("<I", 0) + values.astype("<f4").tobytes()
    data = struct.pack("<I", 0x01306B47) + values.astype("<f2").tobytes()
    return data + b"\0" * (-len(data) % 4)


def test_layers_of_ncnn_are_read_with_their_weights() -> None:
    product, bias, taps = np.arange(6.0), np.arange(3.0), np.arange(15.0)
    data = block(product, half=True) + block(bias) + block(taps, half=True)
    _, gemm, convolution = read_layers(NCNN, data)
    assert gemm.weights[0].tolist() == product.reshape(3, 2).tolist()
    assert gemm.weights[1].tolist() == bias.tolist()
    assert convolution.weights[0].tolist() == taps.reshape(3, 5).tolist()
    for wrong in (data[:-4], data + b"1234"):
        with pytest.raises(ValueError, match="ncnn"):
            read_layers(NCNN, wrong)
    with pytest.raises(ValueError, match="LSTM"):
        read_layers(NCNN.replace("Gemm ", "LSTM "), data)


def test_a_memory_weighs_the_frames_before_and_behind(tmp_path: Path) -> None:
    """A block of the sound events, against the sum that it stands for."""
    random = np.random.default_rng(3)
    channels, frames, taps = 4, 50, sound_events.TAPS
    x = np.asarray(random.standard_normal((frames, 80)), np.float32)
    first, second, last, out = (
        np.asarray(random.standard_normal(shape) * 0.1, np.float32)
        for shape in ((channels, 80), (channels, channels), (channels, channels), (3, channels))
    )
    before, behind = (np.asarray(random.standard_normal((channels, taps)), np.float32) for _ in range(2))
    text = ["7767517", "0 0"]
    data = b""
    for name, weights in (("a", first), ("b", second), ("c", last), ("d", out)):
        if name == "c":
            for memory in (before, behind):
                text.append(f"ConvolutionDepthWise1D m 1 1 x y 0={channels} 1={taps} 6={memory.size}")
                data += block(memory)
        text.append(f"Gemm {name} 1 1 x y 10=-1 8={len(weights)} 9={weights.shape[1]}")
        data += block(weights)
    layers = read_layers("\n".join(text), data)
    sound_events.build(layers, np.zeros(80, np.float32), np.ones(80, np.float32), tmp_path / "model.onnx")
    h = np.maximum(np.maximum(x @ first.T, 0) @ second.T, 0)
    padded = np.pad(h, ((taps - 1, taps), (0, 0)))
    kept = np.stack(
        [
            h[at]
            + sum(before[:, tap] * padded[at + tap] for tap in range(taps))
            + sum(behind[:, tap] * padded[at + taps + tap] for tap in range(taps))
            for at in range(frames)
        ]
    )
    expected = 1 / (1 + np.exp(-(np.maximum(kept @ last.T, 0) @ out.T)))
    found = run(tmp_path / "model.onnx", features=x[None])["probabilities"][0]
    assert found == pytest.approx(expected, abs=1e-5)
