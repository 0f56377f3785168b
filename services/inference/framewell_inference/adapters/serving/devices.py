"""On which device models run: what the site asks for, what the runtime has, and why it runs on another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import onnxruntime

from framewell_contracts.sentences import say
from framewell_inference.domain.devices import Device

CPU: Final = "CPUExecutionProvider"
CUDA: Final = "CUDAExecutionProvider"
TENSORRT: Final = "TensorrtExecutionProvider"

OPTIONS: Final[Mapping[str, Mapping[str, str]]] = {
    CUDA: {
        # The exhaustive search tries every algorithm anew for each shape, so for each width of a caption.
        "cudnn_conv_algo_search": "HEURISTIC",
        "cudnn_conv_use_max_workspace": "1",
        # Doubling, the default, takes up to twice what is needed from models that share the device.
        "arena_extend_strategy": "kSameAsRequested",
    },
    TENSORRT: {"trt_fp16_enable": "0"},
}
"""Options of execution providers, as ONNX Runtime's documentation has them."""

Create = Callable[..., Any]
"""Makes a session, as `onnxruntime.InferenceSession` does."""


_WANTED: Final[Mapping[Device, tuple[str, ...]]] = {
    Device.AUTO: (CUDA, CPU),
    Device.CPU: (CPU,),
    Device.CUDA: (CUDA, CPU),
    Device.TENSORRT: (TENSORRT, CUDA, CPU),
}


def _available() -> tuple[str, ...]:
    return tuple(onnxruntime.get_available_providers())


@dataclass(frozen=True, slots=True)
class Devices:
    """What is asked for, and the execution providers that the installed runtime was built with."""

    asked: Device = Device.CPU
    available: Sequence[str] = field(default_factory=_available)
    create: Create = onnxruntime.InferenceSession

    @property
    def wanted(self) -> Sequence[str]:
        """Return the providers to try, best first; the CPU is the last of them."""
        return [name for name in _WANTED[self.asked] if name in self.available or name == CPU]

    def options(self, first: str) -> Sequence[tuple[str, Mapping[str, str]]]:
        """Return the providers from `first` on, each with its options."""
        wanted = self.wanted
        return [(name, OPTIONS.get(name, {})) for name in wanted[wanted.index(first) :]]

    @property
    def missing(self) -> str:
        """Return why what is asked for cannot be used, whatever the model; empty where it may be."""
        best = _WANTED[self.asked][0]
        if self.asked is Device.AUTO or best in self.wanted:
            return ""
        found = ", ".join(short(name) for name in self.available) or "none"
        return say(
            "fallback.missing",
            "{device} is asked for, and the installed ONNX Runtime has no {provider} provider (it has: "
            "{known}): install onnxruntime-gpu in place of onnxruntime",
            device=self.asked,
            provider=short(best),
            known=found,
        )


def short(provider: str) -> str:
    """Return the name of a provider without the word that all of them end with."""
    return provider.removesuffix("ExecutionProvider")
