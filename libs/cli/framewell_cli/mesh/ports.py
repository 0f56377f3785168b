"""The ports of one mesh: everything follows from its base."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from framewell_cli.errors import UsageProblem
from framewell_contracts.services import SERVICES

BASE_VARIABLE: Final = "FRAMEWELL_PORT_BASE"
DEFAULT_BASE: Final = 7400


@dataclass(frozen=True, slots=True)
class Ports:
    """Numbers derived from `base`; the offsets are part of the mesh's contract."""

    base: int

    @classmethod
    def from_environment(cls) -> Ports:
        """Return the ports on `FRAMEWELL_PORT_BASE`, else on 7400."""
        text = os.environ.get(BASE_VARIABLE) or str(DEFAULT_BASE)
        if not text.isdecimal() or not 1024 <= int(text) <= 65000:
            raise UsageProblem(f"{BASE_VARIABLE} is {text!r}: it must be a number from 1024 to 65000.")
        return cls(int(text))

    @property
    def kafka(self) -> int:
        return self.base

    @property
    def mongo(self) -> int:
        return self.base + 1

    @property
    def kafka_controller(self) -> int:
        return self.base + 2

    @property
    def rest(self) -> int:
        return self.base + 10

    def grpc(self, service: str) -> int:
        return self.base + 20 + SERVICES.index(service)

    @property
    def oip(self) -> int:
        """Return the port of the Open Inference Protocol, beside inference's own service."""
        return self.base + 29

    def health(self, service: str) -> int:
        return self.base + 40 + SERVICES.index(service)

    def of(self, process: str) -> tuple[int, ...]:
        """Return every port that the named process listens on."""
        match process:
            case "kafka":
                return (self.kafka, self.kafka_controller)
            case "mongo":
                return (self.mongo,)
            case "gateway":
                return (self.rest, self.grpc(process), self.health(process))
            case "inference":
                return (self.grpc(process), self.oip, self.health(process))
            case _:
                return (self.grpc(process), self.health(process))

    def __iter__(self) -> Iterator[tuple[str, int]]:
        """(process, port) of the whole mesh."""
        for process in ("kafka", "mongo", *SERVICES):
            for port in self.of(process):
                yield process, port
