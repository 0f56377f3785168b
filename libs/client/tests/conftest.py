"""A gateway that answers what a test says."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest


@dataclass
class Answering:
    """A gateway that answers what the test says, and keeps what it was asked."""

    answers: dict[tuple[str, str], Any] = field(default_factory=dict)
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    etags: dict[str, str] = field(default_factory=dict)
    address: str = ""

    def reply(self, method: str, target: str) -> tuple[int, str, bytes]:
        path = target.partition("?")[0]
        given = self.answers.get((method, target), self.answers.get((method, path)))
        if isinstance(given, list):
            given = given.pop(0)
        if isinstance(given, tuple):
            return given[0], "application/problem+json", json.dumps(given[1]).encode()
        if isinstance(given, int):
            return given, "text/plain", b""
        if given is None:
            return 404, "application/problem+json", b'{"detail": "nothing is here", "status": 404}'
        if isinstance(given, bytes):
            return 200, "text/event-stream", given
        return 200, "application/json", json.dumps(given).encode()


@pytest.fixture
def answering() -> Iterator[Answering]:
    mesh = Answering()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            body = self.rfile.read(length)
            mesh.asked.append((self.command, self.path, dict(self.headers.items()), body))
            status, kind, content = mesh.reply(self.command, self.path)
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(content)))
            if etag := mesh.etags.get(self.path):
                self.send_header("etag", etag)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PATCH = _answer  # noqa: N815 - names of the standard library

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    mesh.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield mesh
    server.shutdown()
    thread.join()
