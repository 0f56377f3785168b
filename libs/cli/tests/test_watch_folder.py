"""A watch folder: complete files alone, never without their rights, each once whatever is killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from typer.testing import CliRunner, Result

from framewell_cli.main import build
from framewell_cli.watch_folder.completeness import Completeness, is_open_for_writing
from framewell_cli.watch_folder.folder import WatchedFolder
from framewell_cli.watch_folder.intake import Intake
from framewell_client import Gateway
from framewell_client.testing import MemoryUploads
from framewell_contracts.identity import asset_id

STATEMENT = {"issuer": "house", "use": "prohibited", "purposes": ["own_training"]}
SIDECAR = """<?xml version="1.0"?>
<ingest>
  <programme><title>Späti</title><broadcast_time>2026-11-01T20:15:00Z</broadcast_time>
    <identifiers name="house">4711</identifiers></programme>
  <statements><issuer>house</issuer><use>prohibited</use><purposes>own_training</purposes></statements>
  <labels name="job">12</labels>
  <lane>live</lane>
</ingest>"""


class Mesh:
    """A gateway as far as a watch folder asks it. `at` is called before each answer, with what was asked."""

    def __init__(self) -> None:
        self.assets: dict[str, dict[str, Any]] = {}
        self.sent = MemoryUploads()
        self.states: dict[str, str] = {}
        self.at: Callable[[str], None] = lambda _: None
        self.address = ""

    @property
    def uploads(self) -> list[bytes]:
        """Return what was sent."""
        return [bytes(content) for content in self.sent.contents.values()]

    def submit(self, request_id: str, request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        asset = asset_id("framewell/ingest", request_id)
        if self.assets.setdefault(asset, request) != request:
            return 409, {"detail": "asked for before with another request"}
        return 200, {"asset_id": asset, "existed": False}

    def view(self, asset: str) -> tuple[int, dict[str, Any]]:
        if asset not in self.assets:
            return 404, {"detail": "nobody knows of it"}
        state = self.states.get(self.assets[asset]["programme"]["title"], "ingested")
        return 200, {"state": state, "reason": "Made up." if state == "rejected" else ""}


@pytest.fixture
def mesh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Mesh]:
    made = Mesh()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            url = urlsplit(self.path)
            given = made.sent.answer(self.command, unquote(url.path), self.headers, body)  # type: ignore[arg-type]
            headers: dict[str, str] = {}
            if given is not None:
                status, headers, document = given
            elif self.command == "POST":
                status, document = made.submit(parse_qs(url.query)["request_id"][0], json.loads(body))
            else:
                status, document = made.view(url.path.rpartition("/")[2])
            made.at(f"{self.command} {url.path.split('/')[2]}")
            content = b"" if status == 204 else json.dumps(document).encode()
            self.send_response(status)
            for name, value in {**headers, "content-length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PATCH = do_DELETE = _answer  # noqa: N815 - names of the standard library

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    made.address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setenv("FRAMEWELL_REST", made.address)
    monkeypatch.setenv("FRAMEWELL_STATE", str(tmp_path / "state"))
    yield made
    server.shutdown()
    thread.join()


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    folder = tmp_path / "drop"
    folder.mkdir()
    return folder


def run(drop: Path, *options: str) -> Result:
    arguments = ["watch-folder", str(drop), "--once", "--settle", "0", *options]
    return CliRunner().invoke(build(["watch-folder"]), arguments, catch_exceptions=False)


def sentence(drop: Path, folder: str, name: str) -> str:
    return (drop / folder / f"{name}.txt").read_text()


@pytest.mark.parametrize("kind", ["json", "xml"])
@pytest.mark.parametrize("beside", ["clip.mxf.{}", "clip.{}"])
def test_a_file_is_taken_in_with_what_its_sidecar_says(
    mesh: Mesh, drop: Path, kind: str, beside: str
) -> None:
    stated = {
        "programme": {
            "title": "Späti",
            "broadcast_time": "2026-11-01T20:15:00Z",
            "identifiers": {"house": "4711"},
        },
        "statements": [STATEMENT],
        "labels": {"job": "12"},
        "lane": "live",
    }
    (drop / "clip.mxf").write_bytes(b"pictures")
    (drop / beside.format(kind)).write_text(json.dumps(stated) if kind == "json" else SIDECAR)
    result = run(drop, "--rights", "licensed", "--label", "from=drop", "--channel", "Eins")
    assert result.exit_code == 0, result.output
    ((asset, request),) = mesh.assets.items()
    assert request == {
        **stated,
        "programme": {**stated["programme"], "channel": "Eins"},  # type: ignore[dict-item]
        "labels": {"job": "12", "from": "drop"},
        "expected_sha256": sha256(b"pictures").hexdigest(),
        "uri": next(iter(mesh.sent.contents)),
    }
    assert mesh.uploads == [b"pictures"]
    assert {path.name for path in (drop / "done").iterdir()} == {
        "clip.mxf",
        f"clip.mxf.{kind}",
        "clip.mxf.txt",
    }
    assert asset in sentence(drop, "done", "clip.mxf")


def test_a_file_inside_the_roots_is_not_sent(mesh: Mesh, drop: Path) -> None:
    state = drop.parent / "state"
    state.mkdir()
    (state / "endpoints.json").write_text(json.dumps({"ingest.roots": str(drop.parent)}))
    (drop / "clip.mxf").write_bytes(b"pictures")
    assert run(drop, "--rights", "own-production").exit_code == 0
    (request,) = mesh.assets.values()
    assert (request["uri"], mesh.uploads) == ((drop / "clip.mxf").as_uri(), [])
    assert [one["statement_id"] for one in request["statements"]] == ["own-production"]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("clip.mxf.json", "{", "is not JSON"),
        ("clip.mxf.json", '{"statments": []}', "`statments` is no field: is `statements` meant"),
        (
            "clip.mxf.json",
            '{"programme": {"titel": ""}}',
            "it: `programme.titel` is no field: is `title` meant",
        ),
        ("clip.mxf.json", '{"uri": "file:///etc/passwd"}', "of the file beside it"),
        ("clip.mxf.json", '{"programme": {"start_timecode": "soon"}}', "start_timecode"),
        ("clip.mxf.json", f'{{"expected_sha256": "{"0" * 64}"}}', "Copy it again"),
        ("clip.mxf.xml", "<ingest><statements></ingest>", "is no XML"),
        ("clip.mxf.xml", '<!DOCTYPE a [<!ENTITY x "y">]><ingest/>', "DOCTYPE"),
        ("clip.mxf.xml", "<ingest><statement/></ingest>", "is `statements` meant"),
        ("clip.mxf.xml", "<ingest><statements use='allowed'/></ingest>", "no attributes"),
        ("clip.mxf.xml", "<rights/>", "outermost element is <rights>"),
        ("clip.json", "{}", "several sidecars"),
    ],
)
def test_a_file_whose_sidecar_cannot_be_used_waits_and_is_taken_in_once_it_is_corrected(
    mesh: Mesh, drop: Path, name: str, content: str, expected: str
) -> None:
    (drop / "clip.mxf").write_bytes(b"pictures")
    (drop / name).write_text(content)
    if name == "clip.json":
        (drop / "clip.xml").write_text("<ingest/>")
    result = run(drop)
    assert result.exit_code == 1
    assert expected in sentence(drop, "errors", "clip.mxf")
    assert (mesh.assets, mesh.uploads) == ({}, [])
    (drop / name).unlink()
    (drop / "clip.xml").write_text(SIDECAR)
    assert run(drop).exit_code == 0
    (request,) = mesh.assets.values()
    assert request["statements"] == [STATEMENT]
    assert not (drop / "errors" / "clip.mxf.txt").exists()


@pytest.mark.parametrize("empty", ["clip.mxf", "clip.mxf.json"])
def test_what_stays_empty_is_named_and_ends_the_only_look(mesh: Mesh, drop: Path, empty: str) -> None:
    (drop / "clip.mxf").write_bytes(b"pictures")
    (drop / empty).write_bytes(b"")
    assert run(drop).exit_code == 1
    assert ("is empty" if empty == "clip.mxf" else "is not JSON") in sentence(drop, "errors", "clip.mxf")
    assert mesh.assets == {}


def test_a_sidecar_that_may_be_of_two_files_is_of_neither(mesh: Mesh, drop: Path) -> None:
    for name in ("clip.mxf", "clip.mov"):
        (drop / name).write_bytes(name.encode())
    (drop / "clip.json").write_text("{}")
    assert run(drop).exit_code == 1
    assert "clip.mxf.json" in sentence(drop, "errors", "clip.mxf")
    assert mesh.assets == {}


def test_a_file_waits_for_a_sidecar_that_it_needs(mesh: Mesh, drop: Path) -> None:
    (drop / "clip.mxf").write_bytes(b"pictures")
    assert run(drop, "--needs-sidecar").exit_code == 1
    assert "waits for its sidecar" in sentence(drop, "errors", "clip.mxf")
    (drop / "clip.mxf.xml").write_text(SIDECAR)
    assert run(drop, "--needs-sidecar").exit_code == 0
    assert len(mesh.assets) == 1


def test_a_sidecar_that_comes_late_is_not_passed_over_in_silence(mesh: Mesh, drop: Path) -> None:
    (drop / "clip.mxf").write_bytes(b"pictures")
    run(drop)
    (drop / "clip.xml").write_text(SIDECAR)
    run(drop)
    assert run(drop).exit_code == 1
    assert "came after clip.mxf was taken in without it" in sentence(drop, "errors", "clip.xml")
    assert len(mesh.assets) == 1


def test_a_rejected_file_is_moved_with_the_reason(mesh: Mesh, drop: Path) -> None:
    (drop / "notes.doc").write_bytes(b"words")
    mesh.states["notes.doc"] = "rejected"
    assert run(drop).exit_code == 1
    assert "Made up." in sentence(drop, "failed", "notes.doc")
    assert not (drop / "notes.doc").exists()


def test_links_and_files_that_programs_are_still_writing_are_passed_over(mesh: Mesh, drop: Path) -> None:
    (drop / "secret.mxf").symlink_to("/etc/passwd")
    for name in (".hidden.mxf", "clip.mxf.part", "clip.mxf.filepart"):
        (drop / name).write_bytes(b"half")
    assert run(drop).exit_code == 0
    assert mesh.assets == {}


def test_the_same_file_again_is_one_asset_and_another_of_its_name_is_another(mesh: Mesh, drop: Path) -> None:
    for content in (b"one", b"one", b"two"):
        (drop / "clip.mxf").write_bytes(content)
        assert run(drop).exit_code == 0
    assert len(mesh.assets) == 2
    assert {path.read_bytes() for path in (drop / "done").glob("*.mxf")} == {b"one", b"two"}


def test_a_file_that_is_left_where_it_lies_is_taken_in_once(mesh: Mesh, drop: Path) -> None:
    (drop / "clip.mxf").write_bytes(b"one")
    for _ in range(2):
        assert run(drop, "--leave").exit_code == 0
    assert ((drop / "clip.mxf").exists(), len(mesh.uploads)) == (True, 1)
    (drop / "clip.mxf").write_bytes(b"other")
    assert run(drop, "--leave").exit_code == 0
    assert len(mesh.assets) == 2


def test_a_folder_is_watched_once(mesh: Mesh, drop: Path) -> None:
    with WatchedFolder.prepare(drop).alone():
        result = CliRunner().invoke(build(["watch-folder"]), ["watch-folder", str(drop), "--once"])
    assert "is watched already" in str(result.exception)


# --- complete files alone


def test_a_file_is_complete_when_it_no_longer_changes_and_nobody_writes_it(tmp_path: Path) -> None:
    now = [0.0]
    completeness = Completeness(10.0, lambda: now[0])
    path = tmp_path / "clip.mxf"
    path.write_bytes(b"")
    os.utime(path, (0, 0))  # copied with the times of an old file
    assert not completeness.is_settled(path)
    with path.open("ab", buffering=0) as writer:
        for now[0] in (9.0, 20.0, 40.0):
            assert not completeness.is_settled(path)
            if now[0] < 30:
                writer.write(b"more")
        assert is_open_for_writing(path) is True
        now[0] = 60.0
        assert not completeness.is_settled(path)  # it no longer changes, and is still open
    assert completeness.is_settled(path)
    assert is_open_for_writing(path) is False


def test_a_marker_says_that_a_file_is_complete(mesh: Mesh, drop: Path) -> None:
    (drop / "clip.mxf").write_bytes(b"pictures")
    (drop / "clip.mxf.done").touch()
    intake = _intake(mesh, drop, Completeness(1e6))
    assert not intake.look()
    assert {path.name for path in (drop / "done").iterdir()} == {"clip.mxf", "clip.mxf.done", "clip.mxf.txt"}
    (drop / "unmarked.mxf").write_bytes(b"pictures")
    assert intake.look()
    assert len(mesh.assets) == 1


def _intake(mesh: Mesh, drop: Path, completeness: Completeness | None = None) -> Intake:
    return Intake(
        WatchedFolder.prepare(drop),
        Gateway(mesh.address),
        completeness or Completeness(0.0),
        {"programme": {}, "statements": [], "labels": {}},
        lambda _: None,
    )


# --- kills


@pytest.mark.parametrize(
    "point", ["POST uploads", "PATCH uploads", "GET uploads", "POST assets", "GET assets"]
)
def test_a_watcher_killed_while_it_calls_goes_on_with_the_same_asset(
    mesh: Mesh, drop: Path, point: str
) -> None:
    (drop / "clip.mxf").write_bytes(b"pictures")
    (drop / "clip.mxf.xml").write_text(SIDECAR)
    command = [
        sys.executable,
        "-m",
        "framewell_cli.main",
        "watch-folder",
        str(drop),
        "--once",
        "--settle",
        "0",
    ]
    started: list[subprocess.Popen[bytes]] = []

    def kill(asked: str) -> None:
        if asked == point and started:
            started.pop().send_signal(signal.SIGKILL)

    mesh.at = kill
    codes = []
    for _ in range(2):  # twice at the same place, if it comes there again
        process = subprocess.Popen(command)
        started.append(process)
        codes.append(process.wait(60))
    assert codes in ([-signal.SIGKILL] * 2, [-signal.SIGKILL, 0])
    mesh.at = lambda _: None
    assert run(drop).exit_code == 0
    (request,) = mesh.assets.values()
    assert request["statements"] == [STATEMENT]
    assert mesh.uploads[-1] == b"pictures"
    assert {path.name for path in (drop / "done").iterdir()} == {"clip.mxf", "clip.mxf.xml", "clip.mxf.txt"}


class Killed(BaseException):
    """Stands for the end of the process."""


@pytest.mark.parametrize("writes", range(14))
def test_a_watcher_killed_at_any_write_goes_on_with_the_same_asset(
    mesh: Mesh, drop: Path, writes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    (drop / "clip.mxf").write_bytes(b"pictures")
    (drop / "clip.mxf.xml").write_text(SIDECAR)
    (drop / "clip.mxf.done").touch()
    left, replaced = [writes], Path.replace

    def replace(self: Path, target: Path) -> Path:
        if not left[0]:
            raise Killed
        left[0] -= 1
        return replaced(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", replace)
        try:
            while _intake(mesh, drop).look():
                pass
        except Killed:
            pass
    while _intake(mesh, drop).look():
        pass
    (request,) = mesh.assets.values()
    assert request["statements"] == [STATEMENT]
    moved = {path.name for path in (drop / "done").iterdir()}
    assert moved == {"clip.mxf", "clip.mxf.xml", "clip.mxf.done", "clip.mxf.txt"}
    assert not list((drop / ".framewell-watch" / "receipts").glob("*.json"))
