"""Live, ready, started and metrics, over HTTP on the health port.

| path | 200 when | otherwise |
|---|---|---|
| /live | the event loop turns, whatever the process waits for | no answer: kill it |
| /started | wiring and every part's start are done, once and for all | 503 and what it waits for |
| /ready | started, not stopping, and no part waits for anything | 503 and why, part by part |
| /metrics | always: Prometheus text | |

A process whose broker or database is away, whose breaker is open or which reads its broadcasts is live and
not ready: killing it would mend nothing. Paused partitions are listed and do not make it unready.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from framewell_contracts.sentences import say
from framewell_kit.telemetry.metrics import exposition


@dataclass(slots=True)
class Health:
    """The health of one process.

    `starting` describes the step that is under way until it has started; `parts` return why each part is not
    ready (empty: it is ready); `notes` are listed beside them and change nothing: what paused partitions wait
    for, and what a service notes of its own (`Service.notes`).
    """

    service: str
    starting: str = say("process.starting", "starting")
    started: bool = False
    stopping: bool = False
    since: float = field(default_factory=time.monotonic)
    parts: dict[str, Callable[[], str]] = field(default_factory=dict)
    notes: dict[str, Callable[[], list[str]]] = field(default_factory=dict)

    def reasons(self) -> dict[str, str]:
        """Return every part with the reason why it is not ready; the reason is empty where it is ready."""
        if not self.started:
            return {"process": self.starting}
        if self.stopping:
            return {"process": say("process.stopping", "stopping")}
        return {"process": "", **{name: why() for name, why in self.parts.items()}}

    def waiting(self) -> dict[str, str]:
        """Return the parts that are not ready, with their reasons."""
        return {name: reason for name, reason in self.reasons().items() if reason}


class HealthServer:
    """Serves a process's health until stopped."""

    def __init__(self, health: Health, host: str, port: int) -> None:
        self._health = health
        self._host = host
        self._port = port
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Begin to listen. Raises OSError when the port is taken."""
        app = web.Application()
        app.add_routes(
            [
                web.get("/live", self._live),
                web.get("/started", self._started),
                web.get("/ready", self._ready),
                web.get("/metrics", self._metrics),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port).start()

    async def stop(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _live(self, _: web.Request) -> web.Response:
        health = self._health
        seconds = round(time.monotonic() - health.since, 1)
        return web.json_response({"service": health.service, "live": True, "up_seconds": seconds})

    async def _started(self, _: web.Request) -> web.Response:
        health = self._health
        answer: dict[str, object] = {"service": health.service, "started": health.started}
        if not health.started:
            answer["waiting"] = health.waiting()
        return web.json_response(answer, status=200 if health.started else 503)

    async def _ready(self, _: web.Request) -> web.Response:
        reasons = self._health.reasons()
        waiting = {name: reason for name, reason in reasons.items() if reason}
        answer = {
            "service": self._health.service,
            "ready": not waiting,
            "waiting": waiting,
            "parts": {name: not reason for name, reason in reasons.items()},
            **{name: notes for name, read in self._health.notes.items() if (notes := read())},
        }
        return web.json_response(answer, status=503 if waiting else 200)

    async def _metrics(self, _: web.Request) -> web.Response:
        return web.Response(body=exposition(), headers={"Content-Type": CONTENT_TYPE_LATEST})
