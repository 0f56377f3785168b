"""What holds for every command by construction: --json is one object, and no table is wider than a terminal.

The whole tree of commands is walked: one that is new and not named here fails.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Any

import pytest
import typer
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from rich.cells import cell_len
from typer.testing import CliRunner

from framewell.dataset.v1 import catalogue_service_pb2 as catalogue
from framewell.dataset.v1 import review_service_pb2 as review
from framewell.dataset.v1 import rights_service_pb2 as rights
from framewell.dataset.v1 import snapshot_service_pb2 as snapshots
from framewell.gateway.v1.asset_view_pb2 import AssetView, ListAssetsResponse
from framewell.gateway.v1.events_pb2 import ListEventsResponse
from framewell.gateway.v1.explanation_pb2 import AssetExplanation
from framewell.gateway.v1.naming_pb2 import NamePersonResponse
from framewell.gateway.v1.rights_view_pb2 import RightsPreview
from framewell.inference.v1 import cluster_service_pb2 as clusters
from framewell.inference.v1 import inference_service_pb2 as inference
from framewell.inference.v1 import reanalysis_service_pb2 as reanalyses
from framewell.ingest.v1.ingest_service_pb2 import SubmitResponse
from framewell.mesh.v1.operations_service_pb2 import Telemetry
from framewell.training.v1 import training_service_pb2 as training
from framewell_cli import console
from framewell_cli.dlq.counting import Count
from framewell_cli.main import all_commands, build
from framewell_cli.mesh.doctor.check import Check
from framewell_cli.mesh.status import MeshStatus, ProcessStatus
from framewell_client import Gateway
from framewell_contracts.json_mapping import to_json
from framewell_kafka.topic_differences import Difference

CLUSTER = "6f1b7a52-0000-5000-8000-00000000000c"
ASSET = "1c5b2c1e-0000-4000-8000-00000000000a"
WORDS = "Wortreich und breit: 新闻联播 und vieles, was niemand so lang erwartet hat, auch nicht am Abend"

PROCESS = ProcessStatus(
    "transcode-11",
    "restarting",
    4194304,
    "127.0.0.1:31999",
    (31999,),
    1e6,
    1234,
    12345.6,
    0.87,
    WORDS,
    "/log",
)
STATUS = MeshStatus(True, True, "/state", 7400, (PROCESS,))
SETTING = {"variable": "FRAMEWELL_INGEST_ROOTS", "description": WORDS, "default": "", "set_to": None}
DIFFERENCE = Difference("framewell.asset.ingested.v1", "partitions", "3", "6", "confirm", WORDS)

ANSWERS: Mapping[str, type[Message]] = {
    "/v1/assets": ListAssetsResponse,
    f"/v1/assets/{ASSET}": AssetView,
    f"/v1/assets/{ASSET}/why": AssetExplanation,
    f"/v1/assets/{ASSET}/events": ListEventsResponse,
    f"/v1/assets/{ASSET}/rights": rights.GetRightsResponse,
    "/v1/rights/preview": RightsPreview,
    "/v1/rights/unmatched": rights.ListUnmatchedRightsResponse,
    "/v1/rights/rules/preview": rights.PreviewHouseRulesResponse,
    "/v1/samples": review.ListSamplesResponse,
    "/v1/samples/review": review.ReviewSamplesResponse,
    "/v1/samples/undo": review.UndoReviewResponse,
    "/v1/clusters": clusters.ListClustersResponse,
    f"/v1/clusters/{CLUSTER}": clusters.GetClusterResponse,
    f"/v1/clusters/{CLUSTER}/decisions": clusters.ListClusterDecisionsResponse,
    "/v1/clusters/decisions/name": NamePersonResponse,
    "/v1/reanalyses": reanalyses.ListReanalysesResponse,
    "/v1/reanalyses/estimate": reanalyses.EstimateReanalysisResponse,
    f"/v1/reanalyses/{CLUSTER}": reanalyses.GetReanalysisResponse,
    "/v1/similar": inference.FindSimilarResponse,
    "/v1/datasets": catalogue.ListDatasetsResponse,
    "/v1/classes": catalogue.ListClassesResponse,
    "/v1/snapshots": snapshots.ListSnapshotsResponse,
    "/v1/runs": training.ListRunsResponse,
    "/v1/candidates": training.ListCandidatesResponse,
}
RUN: Mapping[str, str] = {
    "assets": "",
    "show": ASSET,
    "why": ASSET,
    "watch": ASSET,
    "search": "wortreich",
    "similar": ASSET,
    "ingest": "s3://bucket/clip.mp4",
    "rights show": ASSET,
    "rights unmatched": "",
    "rights rules": f"--dry-run {__file__}",
    "rights set": f"{ASSET} --rights licensed --preview",
    "review": "",
    "review list": "",
    "review accept": "s1 s2",
    "review reject": "s1 s2",
    "review undo": "s1 s2",
    "people list": "",
    "people show": CLUSTER,
    "people name": f"{CLUSTER} Wortreich",
    "reanalyse start": "--analyser faces --all --estimate",
    "reanalyse list": "",
    "reanalyse show": CLUSTER,
    "dataset list": "",
    "dataset classes": "",
    "dataset snapshots": "",
    "train runs": "",
    "train candidates": "",
    "models list": "",
    "models show": "faces/yunet",
    "events describe": "",
    "topics access": "",
    "topics apply": "",
    "topics diff": "",
    "tune": "all",
    "settings": "ingest",
    "doctor": "",
    "up": "--detach",
    "down": "",
    "status": "",
    "scale": "transcode=12",
    "scale-in": "transcode 1",
    "dlq list": "",
}
"""The commands that print what was found, and the words that they are given here."""

SENTENCES = {
    "completion", "erase", "models pull", "models verify", "models import", "models use", "models enable",
    "models disable", "models remove", "models init", "dataset publish",
    "reanalyse pause", "reanalyse resume", "reanalyse cancel",
    "people merge", "people split", "people distinguish", "people undo",
    "train start", "train promote", "train rollback", "train hold", "train release", "audit seal",
    "audit export", "dlq resume",
    "dlq replay", "dlq discard", "frame", "cancel", "reprocess", "remove", "users setup-code",
}  # fmt: skip
"""Commands that say in a sentence what they did, or print a script."""
DOCUMENTS = {
    "audit key", "audit verify", "events schema", "events tail", "dlq show", "demo", "receive",
    "models schema", "models try", "watch-folder",
}  # fmt: skip
"""Commands whose text is a document or a stream; the demo's is tested where it is."""


def leaves(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Yield every command that does something, with its words."""
    for name, one in getattr(command, "commands", {}).items():
        yield from leaves(one, (*path, name))
    if path and (not hasattr(command, "commands") or command.invoke_without_command):
        yield " ".join(path), command


COMMANDS = dict(leaves(typer.main.get_command(build(all_commands()))))


def test_every_command_is_held_to_the_rules() -> None:
    assert {*COMMANDS} == {*RUN} | SENTENCES | DOCUMENTS


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_prints_json_and_says_what_it_does(name: str) -> None:
    command = COMMANDS[name]
    assert "--json" in chain.from_iterable(parameter.opts for parameter in command.params)
    assert command.help or command.callback.__doc__, "it has no help"
    for parameter in command.params:
        assert getattr(parameter, "help", ""), f"{name}: {parameter.name} is not explained"


def filled(kind: type[Message], depth: int = 0) -> Message:
    """Return a message with something wide in every text of it, and two of all that repeats."""
    message = kind()
    for field in kind.DESCRIPTOR.fields:
        if field.is_repeated:
            _fill_repeated(message, field, depth)
        elif field.message_type is not None:
            if depth < 6:
                getattr(message, field.name).CopyFrom(_filled_value(message, field, depth))
        else:
            setattr(message, field.name, _value(field))
    return message


def _fill_repeated(message: Message, field: FieldDescriptor, depth: int) -> None:
    values = getattr(message, field.name)
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        return
    if field.message_type is None:
        values.extend([_value(field)] * 2)
    elif depth < 6:
        values.extend(filled(field.message_type._concrete_class, depth + 1) for _ in range(2))


def _filled_value(message: Message, field: FieldDescriptor, depth: int) -> Message:
    kind = type(getattr(message, field.name))
    if kind.DESCRIPTOR.file.package == "google.protobuf":
        known = kind()
        if hasattr(known, "seconds"):
            known.seconds = 1_790_000_000
        return known
    return filled(kind, depth + 1)


def _value(field: FieldDescriptor) -> Any:
    if field.enum_type is not None:
        return field.enum_type.values[1].number
    if field.type == FieldDescriptor.TYPE_STRING:
        return ASSET if field.name.endswith("_id") else WORDS
    return b"x" if field.type == FieldDescriptor.TYPE_BYTES else field.cpp_type in (7, 5, 6) or 3


def document(_: Gateway, method: str, path: str, **__: Any) -> Any:
    """What the gateway answers: everything it can say, in many words."""
    if (method, path) == ("POST", "/v1/assets"):
        return to_json(filled(SubmitResponse), defaults=True)
    answer: Any = to_json(filled(ANSWERS[path]), defaults=True)
    answer.update({key: "" for key in ("next_page_token",) if key in answer})
    if "state" in answer:
        answer["state"] = "analysed"
    for event in answer.get("events", ()):
        event.update(
            type="framewell.asset.analysed.v1", time="2026-05-01T12:00:00+00:00", data={"uri": WORDS}
        )
    for one in answer.get("results", ()):
        one["error"] = ""
    return answer


@pytest.fixture(autouse=True)
def everything_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Gateway, broker, services and processes, as the commands see them."""
    monkeypatch.setenv("FRAMEWELL_REST", "http://127.0.0.1:1")
    monkeypatch.setenv("FRAMEWELL_KAFKA", "127.0.0.1:1")
    monkeypatch.setattr(Gateway, "_document", document)
    addresses = {"kafka": "127.0.0.1:7400", "grpc.transcode": "127.0.0.1:7421", "ingest.roots": WORDS}
    instead: dict[str, Any] = {
        "commands.tune._ask": lambda *_: filled(Telemetry),
        "mesh.commands.lifecycle.up_detached": lambda *_, **__: None,
        "mesh.commands.lifecycle.down": lambda *_: True,
        "mesh.commands.read_endpoints": lambda _: addresses,
        "mesh.commands.look": lambda _: STATUS,
        "mesh.scale_command.look": lambda _: STATUS,
        "mesh.scale_command.rescale": lambda *_: None,
        "mesh.settings._described": lambda _, names: {name: [SETTING] for name in names},
        "mesh.doctor.command.checks": lambda *_: [Check("ports", "note", WORDS, WORDS)],
        "mesh.scale_in.run": _answer({"transcode.make_chunk": ["transcode.make_chunk.live.1"]}),
        "mesh.topics._run": _answer(([], [])),
        "dlq.counting.run": _answer(({("ingest.erase", WORDS, "type", "waiting"): Count(7, 0, 0)}, {})),
    }
    for place, value in instead.items():
        monkeypatch.setattr(f"framewell_cli.{place}", value)


def _answer(value: Any) -> Callable[..., Any]:
    def run(_: Any, work: Any) -> Any:
        work.close()
        return value

    return run


def printed(name: str, *options: str) -> str:
    words = [*name.split(), *RUN[name].split(), *options]
    result = CliRunner().invoke(build([words[0]]), words)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.stdout


@pytest.mark.parametrize("name", RUN)
def test_json_is_one_object(name: str) -> None:
    given = printed(name, "--json")
    lines = given.splitlines() if name == "watch" else [given]
    assert lines
    for one in lines:
        assert isinstance(json.loads(one), dict)


@pytest.mark.parametrize("width", [40, 80, 200])
@pytest.mark.parametrize("name", RUN)
def test_no_table_is_wider_than_the_terminal(monkeypatch: pytest.MonkeyPatch, name: str, width: int) -> None:
    """Sentences are the terminal's to fold; whatever is laid out in columns is not."""
    monkeypatch.setattr(console, "terminal_width", lambda: width)
    lines = printed(name).splitlines()
    assert [line for line in lines if "  " in line.strip() and cell_len(line) > width] == []


@pytest.mark.parametrize("name", RUN)
def test_in_a_pipe_nothing_is_cut(name: str) -> None:
    assert "…" not in printed(name)
