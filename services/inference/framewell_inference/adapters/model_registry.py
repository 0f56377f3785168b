"""The loaded models of this process, by name and version."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from framewell_inference.ports.models import LoadedModel, Model
from framewell_models.manifest import ModelRef


@dataclass(slots=True)
class LoadedModelRegistry:
    """ModelRegistry in memory. Safe to call from any thread; whoever holds a model may finish with it."""

    _models: dict[ModelRef, Model] = field(default_factory=dict)
    _in_force: dict[str, ModelRef] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, model: Model, *, in_force: bool) -> None:
        ref = model.manifest.ref
        with self._lock:
            self._models[ref] = model
            if in_force:
                self._in_force[ref.name] = ref

    def find(self, name: str, version: str | None = None) -> Model | None:
        with self._lock:
            ref = ModelRef(name, version) if version else self._in_force.get(name)
            return self._models.get(ref) if ref else None

    def drop(self, ref: ModelRef) -> None:
        with self._lock:
            self._models.pop(ref, None)
            if self._in_force.get(ref.name) == ref:
                del self._in_force[ref.name]

    def all(self) -> list[LoadedModel]:
        with self._lock:
            items = sorted(self._models.items(), key=lambda item: (item[0].name, item[0].version))
            return [LoadedModel(model, in_force=self._in_force.get(ref.name) == ref) for ref, model in items]
