"""The web server as a part of the process: one port for REST, events and gRPC, with TLS or without."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Collection, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Final

import uvicorn
from starlette.applications import Starlette
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from framewell_contracts.sentences import say
from framewell_gateway.domain.proxies import Network
from framewell_gateway.entrypoints.grpc.door import is_grpc, refuse_call
from framewell_gateway.entrypoints.http.certificates import Certificates
from framewell_gateway.entrypoints.http.connections import BoundedConnection
from framewell_gateway.entrypoints.http.listening import Listener, Protocols
from framewell_gateway.entrypoints.http.problems import problem
from framewell_gateway.entrypoints.http2.asgi import answer_as_asgi
from framewell_gateway.entrypoints.http2.connection import Http2Connection
from framewell_gateway.entrypoints.http2.places import Places
from framewell_gateway.entrypoints.http2.protocol import Served
from framewell_gateway.entrypoints.http2.streams import Http2Stream

# What is under way when the process has to stop is cut after this long.
_GRACE_SECONDS = 3
_ONE_YEAR: Final = "max-age=31536000"

AnswerCall = Callable[[Http2Stream], Awaitable[None]]


class _Server(uvicorn.Server):
    """uvicorn without its own signal handling, which is the process's matter, and without its own sockets."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class WebServer:
    """Serves the application, and gRPC calls, on `host:port` until stopped.

    With `certificates` the port speaks TLS alone. `proxies` are networks whose word is taken for where a
    request came from; without certificates only they, `plain_text_from`, and this machine may connect.
    `start` raises OSError, with a sentence that names the address, when the port is taken.
    """

    name = "http"

    def __init__(
        self,
        app: Starlette,
        host: str,
        port: int,
        *,
        answer_call: AnswerCall | None = None,
        certificates: Certificates | None = None,
        proxies: Collection[Network] = (),
        plain_text_from: Collection[Network] = (),
    ) -> None:
        self._host, self._port, self._app = host, port, app
        self._certificates, self._proxies, self._answer_call = certificates, proxies, answer_call
        self._plain_text_from = [*proxies, *plain_text_from]
        asgi: Any = app
        trusting = ProxyHeadersMiddleware(asgi, [str(one) for one in proxies]) if proxies else asgi
        self._config = uvicorn.Config(
            trusting,
            http=BoundedConnection,
            ws="none",
            access_log=False,
            log_config=None,
            lifespan="off",
            server_header=False,
            proxy_headers=False,
            headers=[("strict-transport-security", _ONE_YEAR)] if certificates else [],
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
        self._server = _Server(self._config)
        self._listener: Listener | None = None
        self._serving: asyncio.Task[None] | None = None
        self._socket: socket.socket | None = None

    @property
    def port(self) -> int:
        """Return the port, also where the settings asked for any (0)."""
        return int(self._socket.getsockname()[1]) if self._socket is not None else self._port

    async def start(self) -> None:
        """Listen, and serve in a task of its own."""
        self._socket = self._bound()
        self._config.load()
        served = Served(self._answer, self._server.server_state, places=Places(self._proxies))
        protocols = Protocols(
            http_1=partial(BoundedConnection, self._config, self._server.server_state, {}),
            http_2=partial(Http2Connection, served),
            refusing_http_2=self._refusing,
        )
        self._listener = Listener(self._socket, protocols, self._certificates, self._plain_text_from)
        self._serving = asyncio.create_task(self._server.serve(sockets=[]))
        self._listener.open()
        if self._certificates is not None:
            self._certificates.watch()

    async def stop(self, seconds: float) -> None:
        """Finish what is under way within the time, then cut it."""
        if self._listener is not None:
            self._listener.close()
        if self._certificates is not None:
            self._certificates.close()
        self._server.should_exit = True
        self._app.state.context.stream_limit.close()  # they never end by themselves
        if self._serving is not None:
            await asyncio.wait([self._serving], timeout=seconds)
            self._serving.cancel()

    def waiting(self) -> str:
        """Return why it does not serve; empty while it does."""
        if self._serving is None or not self._server.started:
            return say("rest.not_yet", "REST does not listen yet")
        return say("rest.ended", "the web server ended by itself") if self._serving.done() else ""

    async def _answer(self, stream: Http2Stream) -> None:
        if self._answer_call is not None and is_grpc(stream):
            await self._answer_call(stream)
        else:
            await answer_as_asgi(self._config.loaded_app, self._server.server_state, stream)

    def _refusing(self, status: int, sentence: str) -> Http2Connection:
        async def refuse(stream: Http2Stream) -> None:
            if is_grpc(stream):
                refuse_call(stream, status, sentence)
            else:
                await answer_as_asgi(problem(status, sentence), self._server.server_state, stream)

        return Http2Connection(Served(refuse, self._server.server_state))

    def _bound(self) -> socket.socket:
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
