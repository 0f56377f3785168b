"""The supervisor: broker and database first, then the topics, then the services, and watch over all of them.

It holds the folder's lock while it lives. When it is killed its processes go on, and the next `up` or `down`
finds them by the process table and by their environment. SIGUSR1 lets it follow a scale that has changed.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from aiokafka.errors import KafkaError

from framewell_cli.mesh.endpoints import endpoints, hosts, write_endpoints
from framewell_cli.mesh.files import write_whole
from framewell_cli.mesh.folder import MeshFolder
from framewell_cli.mesh.members import Members
from framewell_cli.mesh.orphans import end_orphans
from framewell_cli.mesh.ports import BASE_VARIABLE, Ports
from framewell_cli.mesh.programs import SERVERS, Program, programs, replica_program
from framewell_cli.mesh.replicas import Replica, new_replica
from framewell_cli.mesh.scale import SCALABLE, read_scale, scale_text
from framewell_embedded.errors import CannotStart
from framewell_embedded.ports import is_free
from framewell_kafka import membership, topic_admin
from framewell_kafka.broker_access import BrokerAccess
from framewell_kafka.topic_admin import CannotApply

SCALE_SIGNAL: Final = signal.SIGUSR1
_MAINTAIN_SECONDS: Final = 10.0

Report = Callable[[str], None]


@dataclass(slots=True)
class Supervisor:
    """One mesh from its first process to its last. `run` returns after a clean shutdown."""

    folder: MeshFolder
    ports: Ports
    names: Sequence[str]
    report: Report
    on_up: Callable[[], None] = lambda: None
    _members: Members = field(init=False)
    _replicas: list[Replica] = field(default_factory=list)
    """Those beside the first of each service, in the order of their ordinals."""
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _rescale: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._members = Members(self.folder, self.ports.base, self.report)

    async def run(self) -> None:
        """Bring the mesh up, keep it up, take it down on SIGTERM or SIGINT.

        Raise CannotStart, after taking down what was started, where it does not come up.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        loop.add_signal_handler(SCALE_SIGNAL, self._rescale.set)
        end_orphans(self.folder, self.report)
        check_ports(self.ports, self.names)
        maintaining = asyncio.create_task(self._maintain())
        working = asyncio.create_task(self._come_up_and_follow_scale())
        stopped = asyncio.create_task(self._stop.wait())
        try:
            await asyncio.wait({working, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                working.result()
        finally:
            for task in (maintaining, working, stopped):
                task.cancel()
            await asyncio.gather(maintaining, working, stopped, return_exceptions=True)
            await self._come_down()

    async def _come_up_and_follow_scale(self) -> None:
        await self._come_up()
        while True:
            await self._rescale.wait()
            self._rescale.clear()
            try:
                await self._follow_scale()
            except (CannotStart, OSError) as error:  # the rest of the mesh goes on, on a full disk too
                self.report(f"not scaled as wished: {error}")

    async def _come_up(self) -> None:
        began = time.monotonic()
        specifications = programs(self.folder, self.ports, self.names)
        wanted = self._wanted()
        self._add_replicas(wanted)
        if wanted:
            self._members.report_at(began, f"replicas, as chosen: {scale_text(wanted)}")
        self._write_hosts()
        await self._members.start([one for one in specifications if one.name in SERVERS], began)
        if "kafka" in self.names:
            await self._apply_topics(began)
        services = [one for one in specifications if one.name not in SERVERS]
        await self._members.start([*services, *map(self._program, self._replicas)], began)
        self._write_endpoints()
        self._members.report_at(began, "the mesh is up")
        self.on_up()

    async def _apply_topics(self, began: float) -> None:
        try:
            # What would lose something waits for a person's word, and stops nobody from starting.
            changed = await topic_admin.apply(self._broker, safe_only=True)
        except CannotApply as error:
            raise CannotStart(f"The broker's topics cannot be made what is declared: {error}") from None
        made = f"topics: {len(changed)} created or changed" if changed else "topics: as declared"
        self._members.report_at(began, made)

    # --- replicas

    def _wanted(self) -> dict[str, int]:
        return {name: number for name, number in read_scale(self.folder).items() if name in self.names}

    def _add_replicas(self, wanted: dict[str, int]) -> list[Replica]:
        """Note the replicas that are wanted and not there yet, and return them."""
        new: list[Replica] = []
        for service, number in wanted.items():
            there = {one.ordinal for one in self._replicas if one.service == service}
            for ordinal in sorted({*range(1, number)} - there):
                bases = [one.ports.base for one in self._replicas]
                new.append(new_replica(self.folder, service, ordinal, bases))
                self._replicas.append(new[-1])
        return new

    async def _follow_scale(self) -> None:
        """Let surplus replicas drain, end and leave their groups, and start those that are missing."""
        began = time.monotonic()
        wanted = self._wanted()
        surplus = [one for one in self._replicas if one.ordinal >= wanted.get(one.service, 1)]
        self._replicas = [one for one in self._replicas if one not in surplus]
        self._write_hosts()
        self._write_endpoints()
        await self._members.stop([one.name for one in surplus])
        for service in SCALABLE:
            await self._leave(service, {one.ordinal for one in surplus if one.service == service})
        new = self._add_replicas(wanted)
        try:
            await self._members.start([*map(self._program, new)], began)
        finally:
            self._write_hosts()
            self._write_endpoints()
        self._members.report_at(began, f"scaled: {scale_text(wanted) or 'one process of each service'}")

    async def _leave(self, service: str, ordinals: set[int]) -> None:
        """Hand partitions of replicas that have ended to the others at once, not after their session."""
        if not ordinals or "kafka" not in self.names:
            return
        try:
            await membership.remove(self._broker, service, ordinals)
        except (KafkaError, OSError) as error:
            self.report(f"{service}: partitions of ended replicas are with others in 10 s only: {error}")

    def _program(self, replica: Replica) -> Program:
        return replica_program(self.folder, self.ports, replica)

    @property
    def _broker(self) -> BrokerAccess:
        return BrokerAccess(f"127.0.0.1:{self.ports.kafka}")

    def _write_hosts(self) -> None:
        with contextlib.suppress(OSError):  # a full disk: written again when the scale changes
            write_whole(
                self.folder.hosts, json.dumps(hosts(self.ports, self.names, self._replicas), indent=2)
            )

    def _write_endpoints(self) -> None:
        write_endpoints(self.folder, endpoints(self.folder, self.ports, self.names, self._replicas))

    # --- the end

    async def _come_down(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            self.folder.endpoints.unlink()
        await self._members.stop_all()
        end_orphans(self.folder, self.report)

    async def _maintain(self) -> None:
        while True:
            await asyncio.sleep(_MAINTAIN_SECONDS)
            self._members.maintain()


def check_ports(ports: Ports, names: Sequence[str]) -> None:
    """Raise CannotStart, naming each taken port and the way out, before anything is started."""
    taken = [(name, port) for name in names for port in ports.of(name) if not is_free(port)]
    if taken:
        listed = ", ".join(f"{port} ({name})" for name, port in taken)
        raise CannotStart(
            f"Taken by another program: port {listed}. Stop it, or start this mesh on other ports: "
            f"{BASE_VARIABLE}={ports.base + 100} framewell up"
        )
