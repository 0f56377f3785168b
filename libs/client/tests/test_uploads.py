"""Sending a file in pieces: breaks and kills cost one piece at most, nothing wrong arrives."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from framewell_client import ClientError, Gateway, Refused, Unreachable, uploads
from framewell_client.testing import MemoryUploads

PIECE = 10_000
CONTENT = bytes(range(256)) * 200


class Server(MemoryUploads):
    """A gateway that can fail: `before` and `after` are called around each answer and may break it off."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[str, int]] = []
        self.before: Callable[[str], None] = lambda _: None
        self.after: Callable[[str], None] = lambda _: None
        self.address = ""


class Broken(Exception):
    """The connection ends here."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    made = Server()
    monkeypatch.setattr(uploads, "PIECE_BYTES", PIECE)
    monkeypatch.setattr(uploads, "_PAUSE_SECONDS", 0.01)

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            made.asked.append((self.command, len(body)))
            try:
                made.before(self.command)
                path = unquote(urlsplit(self.path).path)
                answer = made.answer(self.command, path, self.headers, body)  # type: ignore[arg-type]
                made.after(self.command)
            except Broken:
                self.close_connection = True
                return
            assert answer is not None
            status, headers, document = answer
            content = b"" if status == 204 else json.dumps(document).encode()
            self.send_response(status)
            for name, value in {**headers, "content-length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PATCH = do_DELETE = _answer  # noqa: N815 - names of the standard library

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    made.address = f"http://127.0.0.1:{http.server_port}"
    yield made
    http.shutdown()
    thread.join()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "ä b.mp4"
    path.write_bytes(CONTENT)
    return path


def send(server: Server, path: Path, **options: Any) -> dict[str, Any]:
    with Gateway(server.address) as gateway:
        return gateway.upload(path, **options)


def test_a_file_arrives_whole(server: Server, file: Path) -> None:
    heard: list[int] = []
    answer = send(server, file, on_bytes=heard.append)
    assert answer == {"uri": answer["uri"], "size": len(CONTENT), "sha256": sha256(CONTENT).hexdigest()}
    assert server.contents[answer["uri"]] == CONTENT
    assert heard == [10_000, 20_000, 30_000, 40_000, 50_000, 51_200]


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_break_costs_one_piece_at_most(server: Server, file: Path, moment: str) -> None:
    calls = iter(range(1000))

    def fail(_: str) -> None:
        if next(calls) in (2, 3, 5, 8, 9):
            raise Broken

    setattr(server, moment, fail)
    answer = send(server, file)
    assert server.contents[answer["uri"]] == CONTENT
    sent = sum(length for method, length in server.asked if method == "PATCH")
    assert sent <= len(CONTENT) + 5 * PIECE


def test_a_killed_sender_goes_on_where_it_was(server: Server, file: Path) -> None:
    class Killed(BaseException):
        pass

    def die(arrived: int) -> None:
        if arrived == 30_000:
            raise Killed

    names: list[str] = []
    with pytest.raises(Killed):
        send(server, file, on_bytes=die, on_uri=names.append)
    server.asked.clear()
    answer = send(server, file, uri=names[0])
    assert answer["uri"] == names[0]
    assert server.contents[names[0]] == CONTENT
    assert sum(length for method, length in server.asked if method == "PATCH") == 21_200


def test_an_upload_that_is_forgotten_begins_anew(server: Server, file: Path) -> None:
    answer = send(server, file, uri="upload:forgotten")
    assert server.contents[answer["uri"]] == CONTENT


def test_a_file_that_changes_while_it_is_sent_is_not_taken(server: Server, file: Path) -> None:
    def change(arrived: int) -> None:
        if arrived == 30_000:
            file.write_bytes(b"x" * len(CONTENT))

    with pytest.raises(ClientError, match="changed while it was sent"):
        send(server, file, on_bytes=change)
    assert server.contents == {}


def test_an_upload_that_never_moves_is_given_up(
    server: Server, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "GO_ON_SECONDS", 0.1)

    def fail(method: str) -> None:
        if method == "PATCH":
            raise Broken

    server.before = fail
    with pytest.raises(Unreachable, match="nothing of it arrives"):
        send(server, file)


def test_a_refusal_is_final(server: Server, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "answer", lambda *_: (413, {}, {"detail": "too large", "status": 413}))
    with pytest.raises(Refused, match="too large"):
        send(server, file)
    assert len(server.asked) == 1
