"""Runs a graph in the caller's thread of this process: for graphs that are known to end.

`RunOptions.terminate` ends a run at its next operator, also inside a Loop (measured: within a millisecond),
but never inside one operator, however long that takes. Graphs from outside therefore run in `isolated`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from framewell_inference.adapters.serving.sessions import (
    INVALID_ARGUMENT,
    RUN_ERRORS,
    Tensors,
    plain,
    run_options,
)
from framewell_inference.adapters.serving.watch import Watch
from framewell_inference.domain.pictures import Array
from framewell_inference.domain.tensors import InvalidInputError
from framewell_inference.ports.calls import Call, RunFailedError
from framewell_kit.telemetry import logger

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class InProcess:
    """A Runner over a session of this process."""

    name: str
    session: Any
    tensors: Tensors
    watch: Watch

    @property
    def provider(self) -> str:
        return str(self.session.get_providers()[0])

    def run(self, inputs: Mapping[str, Array], call: Call, seconds: float) -> dict[str, Array]:
        options = run_options()
        names = [spec.name for spec in self.tensors.outputs]
        with self.watch.over(
            call, seconds, end=lambda: setattr(options, "terminate", True), force=self._overdue
        ):
            try:
                values = self.session.run(names, dict(inputs), options)
            except INVALID_ARGUMENT as error:
                raise InvalidInputError(f"{self.name}: {plain(error)}") from error
            except RUN_ERRORS as error:
                raise RunFailedError(f"{self.name}: {plain(error)}") from error
        return dict(zip(names, values, strict=True))

    def close(self) -> None:
        """Do nothing: the session goes when its last run lets go of it."""

    def _overdue(self) -> None:
        log.error("a run does not end, its thread is lost until it does", model=self.name)
