"""The web server as a part of the process."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette

from framewell_gateway.entrypoints.http.connections import BoundedConnection

# What is under way when the process has to stop is cut after this long.
_GRACE_SECONDS = 3


class _Server(uvicorn.Server):
    """uvicorn without its own signal handling: signals are the process's matter."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class WebServer:
    """Serves the application on `host:port` until stopped.

    `start` raises OSError, with a sentence that names the address, when the port is taken.
    """

    name = "http"

    def __init__(self, app: Starlette, host: str, port: int) -> None:
        self._host, self._port, self._app = host, port, app
        config = uvicorn.Config(
            app,
            http=BoundedConnection,
            ws="none",
            access_log=False,
            log_config=None,
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
        self._server = _Server(config)
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen, and serve in a task of its own."""
        self._serving = asyncio.create_task(self._server.serve([self._listen()]))

    async def stop(self, seconds: float) -> None:
        """Finish what is under way within the time, then cut it."""
        self._server.should_exit = True
        self._app.state.context.stream_limit.close()  # they never end by themselves
        if self._serving is not None:
            await asyncio.wait([self._serving], timeout=seconds)
            self._serving.cancel()

    def waiting(self) -> str:
        """Return why it does not serve; empty while it does."""
        if self._serving is None or not self._server.started:
            return "REST does not listen yet"
        return "the web server ended by itself" if self._serving.done() else ""

    def _listen(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((self._host, self._port))
        except OSError as error:
            listening.close()
            raise OSError(
                f"REST cannot listen on {self._host}:{self._port} ({error.strerror}): "
                "stop what uses the port, or set FRAMEWELL_PORT_BASE or FRAMEWELL_GATEWAY_PORT"
            ) from error
        return listening
