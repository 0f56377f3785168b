"""Commands over the gateway: what they print, what they ask for, and how they end."""

import json
import os
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from typer.testing import CliRunner, Result

from framewell_cli.commands import statements
from framewell_cli.commands.progress import Steps
from framewell_cli.errors import CommandError, MeshUnreachable, UsageProblem
from framewell_cli.main import build
from framewell_client.testing import MemoryUploads

ASSET = "1c5b2c1e-0000-4000-8000-00000000000a"
SPAN = {"start_pts": 90000, "end_pts": 180000, "first_frame": 25, "frames": 25}
MODEL = {"name": "identity/p", "version": "1.0"}
VIEW: dict[str, Any] = {
    "asset_id": ASSET,
    "kind": "video",
    "state": "analysed",
    "missing": ["chunk 2 cannot be read"],
    "timeline": {
        "time_base": {"numerator": 1, "denominator": 90000},
        "frame_rate": {"numerator": 25, "denominator": 1},
        "start_pts": 0,
        "frame_count": 250,
        "start_timecode": "10:00:00:00",
        "drop_frame": False,
    },
    "chunks": {"planned": 2, "transcoded": 1, "analysed": 1, "failed": 1},
    "shots": [{"span": {"first_frame": 0, "frames": 250, "start_pts": 0, "end_pts": 900000}}],
    "people": [
        {
            "class_id": "c",
            "name": "Jörg",
            "model": MODEL,
            "score": 0.9,
            "spans": [SPAN],
            "sentence": "Known: near.",
        },
        {"name": "unknown", "model": MODEL, "spans": [SPAN] * 6, "sentence": "Not judged: too small."},
    ],
    "text": [{"text": "Guten Abend", "spans": [SPAN]}],
    "labels": [{"label": "convertible", "score": 0.5, "spans": [SPAN], "analysers": ["labels"]}],
    "speech": [{"start": "1s", "end": "2s"}],
    "rights": [
        {"purpose": "own_training", "allowed": False, "sentence": "Contract 4711.", "grounds": []},
    ],
    "unavailable": [],
    "playlist": "http://127.0.0.1:7410/v1/assets/a-1/playlist/master.m3u8",
    "samples": {"proposed": 1, "withheld": 0, "accepted": 0, "rejected": 0, "unsure": 0, "withdrawn": 0},
}

Answers = dict[tuple[str, str], Any]


class Gateway:
    """Answers what the test says, keeps what it was asked."""

    def __init__(self) -> None:
        self.answers: Answers = {}
        self.asked: list[tuple[str, str, Any]] = []
        self.uploads = MemoryUploads()
        self.gone = set[str]()

    def bodies(self, method: str, path: str) -> list[Any]:
        return [body for one, target, body in self.asked if (one, target.partition("?")[0]) == (method, path)]


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Gateway]:
    made = Gateway()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            is_json = self.headers.get("content-type") == "application/json"
            made.asked.append((self.command, self.path, json.loads(body) if is_json and body else body))
            sent = made.uploads.answer(self.command, unquote(self.path), self.headers, body)  # type: ignore[arg-type]
            if sent is not None:
                self._say(sent[0], json.dumps(sent[2]).encode() if sent[0] != 204 else b"", sent[1])
                return
            if self.command == "GET" and self.path in made.gone:
                self._say(410, b'{"detail": "it was removed", "status": 410}', {})
                return
            given = made.answers.get((self.command, self.path.partition("?")[0]))
            content = given if isinstance(given, bytes) else json.dumps(given).encode()
            if given is None:
                content = b'{"detail": "nobody knows of it", "status": 404}'
            self._say(404 if given is None else 200, content, {})

        def _say(self, status: int, content: bytes, headers: dict[str, str]) -> None:
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
    monkeypatch.setenv("FRAMEWELL_REST", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("FRAMEWELL_STATE", str(tmp_path / "state"))
    yield made
    server.shutdown()
    thread.join()


Run = Callable[..., Result]


@pytest.fixture
def run() -> Run:
    def ran(*arguments: str) -> Result:
        return CliRunner().invoke(build([arguments[0]]), arguments)

    return ran


def sse(*events: tuple[str, dict[str, Any]]) -> bytes:
    events = [
        {
            "id": f"e{number}",
            "type": f"framewell.{name}.v1",
            "time": "2026-05-01T12:00:00+00:00",
            "data": data,
        }
        for number, (name, data) in enumerate(events)
    ]
    return "".join(f"data: {json.dumps(one)}\nid: {one['id']}\n\n" for one in events).encode()


def test_show_prints_the_view_as_it_is(gateway: Gateway, run: Run) -> None:
    gateway.answers["GET", f"/v1/assets/{ASSET}"] = VIEW
    assert json.loads(run("show", ASSET, "--json").stdout) == VIEW


def test_show_tells_a_person_who_was_seen_when_and_what_is_withheld(gateway: Gateway, run: Run) -> None:
    gateway.answers["GET", f"/v1/assets/{ASSET}"] = VIEW
    shown = run("show", ASSET).stdout
    assert "unknown: Not judged: too small." in shown
    for expected in (
        "Jörg",
        "0.90",
        "identity/p@1.0",
        "250 frames at 25, from 10:00:00:00",
        "0:01.0-0:02.0",
        "and 2 more",
        "withheld. Contract 4711.",
        "Guten Abend",
        "FAILED",
    ):
        assert expected in shown


def test_an_unknown_asset_ends_with_1_and_the_reason(gateway: Gateway, run: Run) -> None:
    result = run("show", ASSET)
    assert isinstance(result.exception, CommandError)
    assert (result.exception.exit_code, str(result.exception)) == (1, "nobody knows of it")


def test_a_mesh_that_is_not_there_ends_with_3(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, run: Run
) -> None:
    monkeypatch.delenv("FRAMEWELL_REST", raising=False)
    monkeypatch.setenv("FRAMEWELL_STATE", str(tmp_path))
    result = run("assets")
    assert isinstance(result.exception, MeshUnreachable)
    assert result.exception.exit_code == 3


def test_a_file_is_sent_and_asked_for(gateway: Gateway, run: Run, tmp_path: Path) -> None:
    gateway.answers["POST", "/v1/assets"] = {"asset_id": ASSET, "existed": False}
    media = tmp_path / "news.mp4"
    media.write_bytes(b"media")
    result = run("ingest", str(media), "--rights", "own-production", "--label", "desk=7", "--live", "--json")
    assert json.loads(result.stdout) == {"assets": [{"asset_id": ASSET, "title": "news.mp4"}]}
    ((uri, content),) = gateway.uploads.contents.items()
    assert content == b"media"
    (asked,) = gateway.bodies("POST", "/v1/assets")
    assert (asked["uri"], asked["lane"], asked["labels"]) == (uri, "live", {"desk": "7"})
    assert asked["programme"]["title"] == "news.mp4"
    assert asked["statements"][0]["legal_basis"] == "own_production"


def test_subtitles_are_sent_beside_their_file(gateway: Gateway, run: Run, tmp_path: Path) -> None:
    gateway.answers["POST", "/v1/assets"] = {"asset_id": ASSET, "existed": False}
    for name in ("news.mp4", "news.srt"):
        (tmp_path / name).write_bytes(name.encode())
    texts = ("--captions", f"de={tmp_path / 'news.srt'}", "--captions", "https://archive.example/a.stl?x=y")
    assert run("ingest", str(tmp_path / "news.mp4"), *texts, "--json").exit_code == 0
    (asked,) = gateway.bodies("POST", "/v1/assets")
    sent = {bytes(content): uri for uri, content in gateway.uploads.contents.items()}
    assert asked["uri"] == sent[b"news.mp4"]
    assert asked["captions"] == [
        {"uri": sent[b"news.srt"], "language": "de"},
        {"uri": "https://archive.example/a.stl?x=y", "language": ""},
    ]


def test_an_asset_is_removed_with_a_reason_and_never_without_being_asked(gateway: Gateway, run: Run) -> None:
    path = f"/v1/assets/{ASSET}"
    gateway.answers |= {("DELETE", path): {}, ("GET", path): {"state": "analysed"}}
    refused = run("remove", ASSET)
    assert isinstance(refused.exception, UsageProblem)
    assert gateway.asked == []
    result = run("remove", ASSET, "--yes", "--reason", "delivered by mistake")
    assert result.stdout == f"{ASSET}: is being removed in every service\n"
    assert gateway.asked[1:] == [("DELETE", f"{path}?reason=delivered+by+mistake", b"")]


def test_an_asset_that_is_removed_already_is_not_removed_again(gateway: Gateway, run: Run) -> None:
    gateway.gone.add(f"/v1/assets/{ASSET}")
    assert run("remove", ASSET, "--yes").stdout == f"{ASSET}: was removed already\n"
    assert [method for method, _, _ in gateway.asked] == ["GET"]


def test_an_asset_is_made_anew(gateway: Gateway, run: Run) -> None:
    gateway.answers["POST", f"/v1/assets/{ASSET}/reprocess"] = {"generation": 2}
    assert json.loads(run("reprocess", ASSET, "--json").stdout) == {"asset_id": ASSET, "generation": 2}


def test_a_fetch_is_stopped_and_one_that_has_ended_is_told_apart(gateway: Gateway, run: Run) -> None:
    path = f"/v1/assets/{ASSET}/cancel"
    gateway.answers["POST", path] = {"asset": {"state": "rejected", "rejected": {"code": "cancelled"}}}
    assert run("cancel", ASSET).stdout == f"{ASSET}: its fetch was stopped\n"
    gateway.answers["POST", path] = {"asset": {"state": "ingested"}}
    late = run("cancel", ASSET)
    assert isinstance(late.exception, CommandError)
    assert f"asset {ASSET} is ingested already, so there is no fetch to stop" in str(late.exception)
    gateway.answers["POST", path] = {"asset": {"state": "removed"}}
    assert str(run("cancel", ASSET).exception) == (
        f"asset {ASSET} was removed already, so there is no fetch to stop"
    )


def test_a_file_whose_name_is_no_text_is_sent_all_the_same(
    gateway: Gateway, run: Run, tmp_path: Path
) -> None:
    gateway.answers["POST", "/v1/assets"] = {"asset_id": ASSET, "existed": False}
    media = tmp_path / os.fsdecode(b"bad\xff.mp4")
    media.write_bytes(b"media")
    result = run("ingest", str(media), "--json")
    (taken,) = json.loads(result.stdout)["assets"]
    assert taken == {"asset_id": ASSET, "title": "bad\N{REPLACEMENT CHARACTER}.mp4"}


@pytest.mark.parametrize("kind", ["folder", "pipe"])
def test_what_is_no_file_is_told_from_what_is_missing(run: Run, tmp_path: Path, kind: str) -> None:
    made = tmp_path / "news.mp4"
    made.mkdir() if kind == "folder" else os.mkfifo(made)
    result = run("ingest", str(made))
    assert isinstance(result.exception, UsageProblem)
    assert str(result.exception) == f"{made}: is no file"


def test_ctrl_c_while_waiting_says_that_the_mesh_goes_on(
    gateway: Gateway, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway.answers["POST", "/v1/assets"] = {"asset_id": ASSET, "existed": False}
    (tmp_path / "news.mp4").write_bytes(b"media")

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("framewell_client.Gateway.wait", interrupted)
    result = run("ingest", str(tmp_path / "news.mp4"), "--wait")
    assert result.exit_code == 130
    assert f"framewell watch {ASSET}" in result.stderr


def test_a_file_inside_the_roots_is_named_by_its_path(gateway: Gateway, run: Run, tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "endpoints.json").write_text(json.dumps({"ingest.roots": str(tmp_path)}))
    gateway.answers["POST", "/v1/assets"] = {"asset_id": ASSET, "existed": False}
    media = tmp_path / "a b.mp4"
    media.write_bytes(b"media")
    assert run("ingest", str(media)).exit_code == 0
    assert gateway.bodies("POST", "/v1/assets")[0]["uri"] == media.as_uri()
    assert gateway.uploads.contents == {}


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Path]]:
    """Pages that would have been written."""
    written: list[tuple[str, Path]] = []

    def write(view: dict[str, Any], path: Path, _: object) -> None:
        written.append((view["state"], path))

    monkeypatch.setattr("framewell_cli.commands.ingest.write_asset_page", write)
    return written


def test_waiting_ends_with_the_view_and_a_page(
    gateway: Gateway, run: Run, pages: list[tuple[str, Path]], tmp_path: Path
) -> None:
    gateway.answers["POST", "/v1/assets"] = {"asset_id": ASSET, "existed": False}
    gateway.answers["GET", f"/v1/assets/{ASSET}/events"] = sse(("asset.ingested", {}), ("asset.analysed", {}))
    gateway.answers["GET", f"/v1/assets/{ASSET}"] = VIEW
    page = tmp_path / "page.html"
    result = run("ingest", "https://archive.example/a.mp4", "--wait", "--json", "--report", str(page))
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {"assets": [VIEW]}
    assert pages == [("analysed", page)]


def test_a_rejected_asset_ends_with_1(gateway: Gateway, run: Run, pages: list[tuple[str, Path]]) -> None:
    rejected = VIEW | {"state": "rejected", "reason": "the file is empty"}
    gateway.answers["POST", "/v1/assets"] = {"asset_id": ASSET, "existed": False}
    gateway.answers["GET", f"/v1/assets/{ASSET}/events"] = sse(
        ("asset.rejected", {"detail": "the file is empty"})
    )
    gateway.answers["GET", f"/v1/assets/{ASSET}"] = rejected
    result = run("ingest", "https://archive.example/a.mp4", "--wait")
    assert result.exit_code == 1
    assert "the file is empty" in result.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("ingest", "no-such-file.mp4"),
        ("ingest", "gopher://example/a"),
        ("ingest", "https://archive.example/a", "--captions", "de=no-such-file.srt"),
        ("ingest", "https://archive.example/a", "https://archive.example/b", "--captions", "s3://b/a.srt"),
        ("ingest", "https://archive.example/a", "--rights", "perhaps"),
        ("ingest", "https://archive.example/a", "--label", "no-equals-sign"),
        ("train", "promote", "no-version"),
        ("train", "start", "people", "--parameter", "x"),
    ],
)
def test_what_makes_no_sense_ends_with_2(run: Run, arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert isinstance(result.exception, UsageProblem)
    assert result.exception.exit_code == 2


def test_statements_are_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "rights.json"
    path.write_text('{"issuer": "Archiv", "use": "prohibited"}')
    assert statements.parse([str(path), "licensed"])[0] == {"issuer": "Archiv", "use": "prohibited"}


def test_a_decision_that_was_not_taken_ends_with_1(gateway: Gateway, run: Run) -> None:
    gateway.answers["POST", "/v1/samples/review"] = {
        "results": [
            {"sample": {"state": "accepted"}, "error": ""},
            {"error": "the rights do not allow it"},
        ]
    }
    result = run("review", "accept", "s1", "s2", "--note", "sure")
    assert result.exit_code == 1
    assert "s1: accepted" in result.stdout
    assert "s2: the rights do not allow it" in result.stdout
    assert [one["decision"] for one in gateway.asked[0][2]["reviews"]] == ["accept", "accept"]


def test_rights_set_states_something_newer_than_before(gateway: Gateway, run: Run) -> None:
    gateway.answers["POST", "/v1/rights"] = {"event_id": "e", "type": "framewell.rights.changed.v1"}
    arguments = ("--rights", "licensed", "--issuer", "Archiv", "--statement", "contract-4711")
    assert run("rights", "set", ASSET, *arguments).exit_code == 0
    (change,) = gateway.bodies("POST", "/v1/rights")
    assert change["subject"] == {"asset_id": ASSET}
    (statement,) = change["statements"]
    assert (statement["issuer"], statement["statement_id"], statement["use"]) == (
        "Archiv",
        "contract-4711",
        "allowed",
    )
    assert statement["revision"] > 1_700_000_000


def test_search_finds_names_texts_and_labels_whatever_their_case(gateway: Gateway, run: Run) -> None:
    listed = {"asset_id": ASSET, "state": "analysed", "title": "News"}
    gateway.answers["GET", "/v1/assets"] = {"assets": [listed], "next_page_token": ""}
    gateway.answers["GET", f"/v1/assets/{ASSET}"] = VIEW
    for words, place in (("jörg", "people"), ("ABEND", "text"), ("convert", "labels")):
        (found,) = json.loads(run("search", words, "--json").stdout)["matches"]
        assert (found["as"], found["spans"]) == (place, [SPAN])
    assert run("search", "nobody at all").exit_code == 1


def test_why_says_what_holds_an_asset_up_and_what_to_do(gateway: Gateway, run: Run) -> None:
    explanation = {
        "headline": "“Evening news” is ingested. It is stuck.",
        "verdict": "stuck",
        "last_event": {
            "type": "framewell.asset.ingested.v1",
            "time": "2026-11-23T09:00:00Z",
            "age": "47.300s",
        },
        "waits_for": ["transcode: to plan its chunks"],
        "reasons": [
            {
                "kind": "dead_letter",
                "weight": "stuck",
                "service": "transcode",
                "sentence": "transcode.plan_chunks gave up asset.ingested once: damaged (unreadable).",
                "advice": "framewell dlq replay transcode.plan_chunks --id 0@17",
            }
        ],
        "missing": ["the sound is missing: damaged"],
        "incomplete": ["what dataset holds of it is not known"],
    }
    gateway.answers["GET", f"/v1/assets/{ASSET}/why"] = explanation
    assert json.loads(run("why", ASSET, "--json").stdout) == explanation
    shown = run("why", ASSET).stdout
    for sentence in (
        "“Evening news” is ingested. It is stuck.",
        "last: asset.ingested, 47 s ago",
        "next: transcode: to plan its chunks",
        "gave up asset.ingested once: damaged (unreadable).",
        "→ framewell dlq replay transcode.plan_chunks --id 0@17",
        "missing: the sound is missing: damaged",
        "not known: what dataset holds of it is not known",
    ):
        assert sentence in shown


def test_progress_counts_an_event_once_however_often_it_comes() -> None:
    steps = Steps()
    for name in ("asset.ingested", "chunk.planned", "chunk.transcoded", "chunk.transcoded"):
        data = {"chunk_id": "c"} if name.startswith("chunk") else {}
        steps.apply({"type": f"framewell.{name}.v1", "data": data})
    assert steps.line == "transcoding · transcoded 1/1 · analysed 0/1"
    assert steps.done == pytest.approx(0.5)
