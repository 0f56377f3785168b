"""The models of this process, by name and version: those that can be run, and why others cannot."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from framewell.model.v1.model_pb2 import ModelScope
from framewell_inference.domain.face_spaces import describes_faces
from framewell_inference.ports.models import LoadedModel, Model, Quarantined
from framewell_models.manifest import ModelRef


@dataclass(slots=True)
class LoadedModelRegistry:
    """ModelRegistry in memory. Safe to call from any thread; whoever holds a model may finish with it."""

    _models: dict[ModelRef, Model] = field(default_factory=dict)
    _in_force: dict[str, ModelRef] = field(default_factory=dict)
    _scopes: dict[str, Sequence[ModelScope]] = field(default_factory=dict)
    _broken: dict[tuple[str, str], Quarantined] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, model: Model, *, in_force: bool) -> None:
        ref = model.manifest.ref
        with self._lock:
            self._models[ref] = model
            self._broken.pop((ref.name, ref.version), None)
            if in_force:
                self._in_force[ref.name] = ref

    def find(self, name: str, version: str | None = None) -> Model | None:
        with self._lock:
            ref = ModelRef(name, version) if version else self._in_force.get(name)
            return self._models.get(ref) if ref else None

    def drop(self, ref: ModelRef) -> None:
        with self._lock:
            model = self._models.pop(ref, None)
            self._broken.pop((ref.name, ref.version), None)
            if self._in_force.get(ref.name) == ref:
                del self._in_force[ref.name]
        if model is not None:
            model.close()

    def enable(self, name: str, scopes: Sequence[ModelScope]) -> None:
        with self._lock:
            self._scopes[name] = tuple(scopes)

    def quarantine(self, broken: Quarantined) -> None:
        self.drop(ModelRef(broken.name, broken.version))
        with self._lock:
            self._broken[broken.name, broken.version] = broken

    def quarantined(self) -> list[Quarantined]:
        with self._lock:
            return [self._broken[key] for key in sorted(self._broken)]

    def all(self) -> list[LoadedModel]:
        with self._lock:
            items = sorted(self._models.items(), key=lambda item: (item[0].name, item[0].version))
            return [self._loaded(ref, model) for ref, model in items]

    def _loaded(self, ref: ModelRef, model: Model) -> LoadedModel:
        in_force = self._in_force.get(ref.name) == ref
        looks = in_force and (model.manifest.declared or describes_faces(model.manifest))
        return LoadedModel(model, in_force, self._scopes.get(ref.name, ()) if looks else ())
