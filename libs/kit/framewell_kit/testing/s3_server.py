"""An S3 server on loopback (moto's), which counts the bytes that it hands out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock, Thread
from typing import Any, Final
from uuid import uuid4

import httpx
import obstore
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from obstore.store import S3Store
from werkzeug.serving import BaseWSGIServer, make_server

REGION: Final = "us-east-1"
_KEY: Final = "test"


@dataclass(slots=True)
class S3Server:
    """A running server with one empty bucket."""

    address: str
    bucket: str
    bytes_sent: int = 0
    requests: list[tuple[str, str, str]] = field(default_factory=list)
    """Method, path and range of every request."""
    _lock: Lock = field(default_factory=Lock)

    @property
    def options(self) -> dict[str, Any]:
        """Return the options by which obstore reaches it."""
        return {
            "endpoint": self.address,
            "access_key_id": _KEY,
            "secret_access_key": _KEY,
            "region": REGION,
            "client_options": {"allow_http": True},
        }

    @property
    def environment(self) -> Mapping[str, str]:
        """Return the variables by which a process reaches it."""
        return {
            "AWS_ENDPOINT_URL": self.address,
            "AWS_ACCESS_KEY_ID": _KEY,
            "AWS_SECRET_ACCESS_KEY": _KEY,
            "AWS_REGION": REGION,
            "AWS_ALLOW_HTTP": "true",
        }

    @property
    def url(self) -> str:
        """Return where objects lie, as FRAMEWELL_OBJECTS has it."""
        return f"s3://{self.bucket}"

    def put(self, key: str, content: bytes) -> None:
        """Store an object."""
        obstore.put(S3Store(self.bucket, **self.options), key, content)

    def begin_to_count(self) -> None:
        """Forget what was counted."""
        with self._lock:
            self.bytes_sent = 0
            self.requests.clear()

    def counted(self, app: Callable[..., Iterable[bytes]]) -> Callable[..., Iterator[bytes]]:
        """Return the application, counting the bodies of answers to GET."""

        def wrapped(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
            method = environ["REQUEST_METHOD"]
            with self._lock:
                self.requests.append((method, environ["PATH_INFO"], environ.get("HTTP_RANGE", "")))
            for block in app(environ, start_response):
                if method == "GET":
                    with self._lock:
                        self.bytes_sent += len(block)
                yield block

        return wrapped


@contextmanager
def s3_server() -> Iterator[S3Server]:
    """Run a server inside the context."""
    made = S3Server("", f"bucket-{uuid4().hex[:12]}")
    app = made.counted(DomainDispatcherApplication(create_backend_app))
    server: BaseWSGIServer = make_server(
        "127.0.0.1", 0, app, threaded=True, request_handler=MotoRequestHandler
    )
    made.address = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        _make_bucket(made)
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _make_bucket(server: S3Server) -> None:
    httpx.put(f"{server.address}/{server.bucket}", trust_env=False).raise_for_status()
    server.begin_to_count()
