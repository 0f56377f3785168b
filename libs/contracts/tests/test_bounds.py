"""The rules of the .proto files: all are interpreted here, and mean what protovalidate says they mean."""

from __future__ import annotations

import base64
import json
import subprocess
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import descriptor_pool
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message_factory import GetMessageClass
from grpc_tools import protoc

from framewell.dataset.v1 import (
    audit_service_pb2,
    catalogue_service_pb2,
    review_service_pb2,
    rights_service_pb2,
    snapshot_service_pb2,
)
from framewell.erasure.v1.erasure_pb2 import ErasureRequested
from framewell.gateway.v1 import (
    access_pb2,
    asset_view_pb2,
    counts_pb2,
    erasures_pb2,
    events_pb2,
    mesh_view_pb2,
    model_view_pb2,
    naming_pb2,
    objects_pb2,
    programme_pb2,
    rights_view_pb2,
    webhooks_pb2,
)
from framewell.inference.v1 import (
    cluster_service_pb2,
    inference_service_pb2,
    reanalysis_service_pb2,
    search_service_pb2,
)
from framewell.ingest.v1 import ingest_service_pb2
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell.media.v1 import media_service_pb2
from framewell.media.v1.media_pb2 import Span
from framewell.mesh.v1.mesh_pb2 import Subject
from framewell.objects.v1 import object_service_pb2
from framewell.rights.v1.rights_pb2 import Purpose, RightsChanged, RightsStatement, Use
from framewell.training.v1 import training_service_pb2
from framewell_contracts.bounds import bound_of, is_required, message_rules, problems_of
from framewell_contracts.bounds.expressions import compiled
from framewell_contracts.fact_types import FACTS
from framewell_contracts.json_mapping import from_json

SERVICES = (
    access_pb2,
    asset_view_pb2,
    audit_service_pb2,
    catalogue_service_pb2,
    cluster_service_pb2,
    counts_pb2,
    erasures_pb2,
    events_pb2,
    inference_service_pb2,
    ingest_service_pb2,
    media_service_pb2,
    mesh_view_pb2,
    model_view_pb2,
    naming_pb2,
    object_service_pb2,
    objects_pb2,
    programme_pb2,
    reanalysis_service_pb2,
    review_service_pb2,
    rights_service_pb2,
    rights_view_pb2,
    search_service_pb2,
    snapshot_service_pb2,
    training_service_pb2,
    webhooks_pb2,
)
RULES: dict[str, dict[str, Any]] = json.loads(files("framewell").joinpath("rules.json").read_text())
SOURCES = Path(__file__).resolve().parents[3] / "proto"
ASSET = "1c5b2c1e-0000-4000-8000-00000000000a"


def descriptor(name: str) -> Any:
    return descriptor_pool.Default().FindMessageTypeByName(name)


BOUNDED_FIELDS: list[FieldDescriptor] = [
    descriptor(name).fields_by_name[field]
    for name, rules in RULES.items()
    for field in rules.get("fields", {})
]


@pytest.mark.parametrize("name", RULES)
def test_every_rule_is_interpreted(name: str) -> None:
    message: Descriptor = descriptor(name)
    for field in message.fields:
        bound_of(field)
    for rule in message_rules(message):
        rule.holds(GetMessageClass(message)())
        inner: Any = message
        for step in rule.field.split("."):
            inner = inner.fields_by_name[step].message_type
    for choice in RULES[name].get("oneofs", {}):
        assert is_required(message.oneofs_by_name[choice])
    assert RULES[name].keys() <= {"fields", "oneofs", "cel"}


@pytest.mark.parametrize("field", BOUNDED_FIELDS, ids=lambda field: field.full_name)
def test_what_is_not_there_passes_in_protovalidate_too(field: FieldDescriptor) -> None:
    """It checks a number or a text without presence even when that is 0 or empty, where no rule says else."""
    rules, bound = RULES[field.containing_type.full_name]["fields"][field.name], bound_of(field)
    if bound is None or bound.required or field.has_presence or "ignore" in rules:
        return
    empty = [] if field.is_repeated else field.default_value
    assert not bound.problem(empty)


@pytest.mark.parametrize("field", BOUNDED_FIELDS, ids=lambda field: field.full_name)
def test_a_pattern_is_anchored_and_has_words(field: FieldDescriptor) -> None:
    bound = bound_of(field)
    for one in (bound, bound and bound.each, bound and bound.keys):
        if one is not None and one.pattern:
            assert one.pattern.startswith("^")
            assert one.pattern.endswith("$")
            assert one.form


REQUESTS = [
    message
    for module in SERVICES
    for name, message in module.DESCRIPTOR.message_types_by_name.items()
    if name.endswith("Request")
]


@pytest.mark.parametrize("message", REQUESTS, ids=lambda message: message.full_name)
def test_ids_and_pages_of_every_request_are_bounded(message: Descriptor) -> None:
    """A new method is served over REST by its entry alone: nothing there repeats these rules."""
    for field in message.fields:
        bound = bound_of(field)
        if field.name == "asset_id":
            assert bound is not None
            assert bound.uuid
        elif field.name.endswith("_id") or field.name in {"page_size", "page_token", "resume_token"}:
            assert bound is not None
            assert bound.most or bound.pattern


def parts(message: Descriptor, seen: dict[str, Descriptor]) -> dict[str, Descriptor]:
    """The message and all that it is made of, by name."""
    if message.full_name not in seen and not message.full_name.startswith("google."):
        seen[message.full_name] = message
        for field in message.fields:
            if field.message_type is not None and not field.message_type.GetOptions().map_entry:
                parts(field.message_type, seen)
    return seen


@pytest.mark.parametrize("kind", [name for name, fact in FACTS.items() if fact.from_outside])
def test_all_that_outsiders_write_is_bounded(kind: str) -> None:
    for message in parts(FACTS[kind].message.DESCRIPTOR, {}).values():
        for field in message.fields:
            if field.type == FieldDescriptor.TYPE_STRING or field.is_repeated:
                bound = bound_of(field)
                assert bound is not None, field.full_name
                assert bound.most or bound.pattern, field.full_name
            if field.enum_type is not None:
                assert bound_of(field) is not None, field.full_name


def statement(**fields: Any) -> RightsStatement:
    return RightsStatement(**{"use": Use.USE_PROHIBITED, **fields})


def moment(seconds: int) -> Any:
    return {"seconds": seconds}


PROBLEMS = [
    (IngestRequested(), ["uri: must be there"]),
    (IngestRequested(uri="file:///a.mp4"), []),
    (IngestRequested(uri="file:///a\n"), ["uri: 'file:///a\\n' names no media"]),
    (IngestRequested(uri="file:///a", asset_id="../etc"), ["asset_id: '../etc' is no id of an asset"]),
    (IngestRequested(uri="file:///a", asset_id=ASSET.upper(), expected_sha256="A" * 64), []),
    (
        IngestRequested(uri="file:///a", labels={str(n): "" for n in range(51)}),
        ["labels: must be at most 50 entries"],
    ),
    (IngestRequested(uri="file:///a", labels={"a" * 64: ""}), ["its name must be at most 63 characters"]),
    (IngestRequested(uri="file:///a", labels={"a": "ä" * 301}), ["labels.a: must be at most 300 characters"]),
    (
        IngestRequested(uri="file:///a", lane=9),
        ["lane: 9 is none of LANE_UNSPECIFIED, LANE_LIVE, LANE_ARCHIVE"],
    ),
    (IngestRequested(uri="file:///a", statements=[RightsStatement()]), ["statements.0.use: must be there"]),
    (
        IngestRequested(uri="file:///a", statements=[statement(purposes=[Purpose.PURPOSE_UNSPECIFIED])]),
        ["statements.0.purposes.0: 0 is none of PURPOSE_ANALYSIS"],
    ),
    (
        IngestRequested(uri="file:///a", statements=[statement(), statement(payment={"amount": "1e3"})]),
        [
            "statements.1.payment.model: must be there",
            "statements.1.payment.amount: '1e3' is no decimal amount",
            "statements.1.payment.currency: must be there",
        ],
    ),
    (
        IngestRequested(uri="file:///a", statements=[statement(valid_from=moment(9), valid_until=moment(9))]),
        ["statements.0.valid_until: must be later than `valid_from`"],
    ),
    (
        IngestRequested(uri="file:///a", statements=[statement(span={"start_pts": 9, "end_pts": 3})]),
        ["statements.0.span: must end after it begins"],
    ),
    (
        IngestRequested(uri="file:///a", statements=[statement(span={})]),
        ["statements.0.span: must end after"],
    ),
    (
        IngestRequested(uri="file:///a", statements=[statement(valid_until=moment(10**15))]),
        ["statements.0.valid_until: must be a time between the years 1 and 9999"],
    ),
    (RightsChanged(statements=[statement()]), ["subject: must be there"]),
    (RightsChanged(subject=Subject(), statements=[statement()]), ["subject: one of `asset_id`, `class_id`"]),
    (
        RightsChanged(subject=Subject(class_id="c"), statements=[statement()]),
        ["subject: must be an asset, a holder or a source"],
    ),
    (RightsChanged(subject=Subject(source="/playout")), ["statements: must be there"]),
    (RightsChanged(subject=Subject(source="/playout"), statements=[statement()]), []),
    (
        ErasureRequested(subject=Subject(source="/playout")),
        ["subject: must be an asset, a class or a holder"],
    ),
    (ErasureRequested(subject=Subject(class_id="c")), []),
    (ErasureRequested(subject=Subject(holder=" Agentur\tBlau\n")), []),
    (ErasureRequested(subject=Subject(holder=" \n")), ["subject.holder: ' \\n' is no name or id"]),
    (ErasureRequested(subject=Subject(holder="A\0")), ["subject.holder: 'A\\x00' is no name or id"]),
    (ErasureRequested(subject=Subject(class_id=" ")), ["subject.class_id: ' ' is no name or id"]),
]


@pytest.mark.parametrize(("message", "expected"), PROBLEMS)
def test_what_breaks_a_rule_is_said_with_its_place(message: Any, expected: list[str]) -> None:
    found = [problem.sentence for problem in problems_of(message)]
    assert len(found) == len(expected), found
    assert all(part in sentence for part, sentence in zip(expected, found, strict=True)), found


def test_what_a_document_writes_is_checked_be_it_empty_or_not() -> None:
    """Protobuf cannot tell an empty text from none; a sender of JSON who writes one means something."""
    document = {"uri": "", "asset_id": ""}
    message = from_json(document, IngestRequested)
    assert [one.sentence.partition(" names")[0] for one in problems_of(message, document)] == [
        "asset_id: '' is no id of an asset, which is a UUID",
        "uri: must not be empty",
    ]
    assert [one.sentence for one in problems_of(message)] == ["uri: must be there"]


@pytest.mark.parametrize(
    ("expression", "holds"),
    [
        ("this.end_pts > this.start_pts", True),
        ("this.end_pts <= this.start_pts", False),
        ("this.end_pts == 3 && (this.start_pts != 1 || !has(this.frames))", True),
        ("has(this.frames) || this.end_pts < -1", False),
        ("!(this.end_pts >= 3)", False),
    ],
)
def test_rules_between_fields_are_written_in_cel(expression: str, holds: bool) -> None:
    assert compiled(expression)(Span(start_pts=1, end_pts=3)) is holds


@pytest.mark.parametrize(
    "expression",
    ["this.a.size() > 1", "this.a in [1]", "'a' == this.a", "this.a >", "(this.a", "this.a this.b", ""],
)
def test_other_parts_of_cel_are_refused(expression: str) -> None:
    with pytest.raises(NotImplementedError):
        compiled(expression)


def test_protovalidate_itself_gives_the_same_verdicts(tmp_path: Path) -> None:
    """Senders who check their events with it before they send them are refused nothing that it lets pass."""
    messages = [(message, [one.sentence for one in problems_of(message)]) for message, _ in PROBLEMS]
    messages = [
        (message, found) for message, found in messages if not any("the years 1" in one for one in found)
    ]
    descriptors = tmp_path / "framewell.binpb"
    sources = sorted(str(path.relative_to(SOURCES)) for path in SOURCES.rglob("*.proto"))
    status = protoc.main(
        [
            "protoc",
            f"--proto_path={SOURCES}",
            f"--proto_path={files('grpc_tools') / '_proto'}",
            "--include_imports",
            f"--descriptor_set_out={descriptors}",
            *sources,
        ]
    )
    assert status == 0
    asked = [
        [message.DESCRIPTOR.full_name, base64.b64encode(message.SerializeToString()).decode()]
        for message, _ in messages
    ]
    node = subprocess.run(
        ["node", Path(__file__).with_name("protovalidate.mjs"), descriptors],
        input=json.dumps(asked), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert node.returncode == 0, node.stderr
    for (_, ours), theirs in zip(messages, json.loads(node.stdout), strict=True):
        assert len(ours) == len(theirs), (ours, theirs)


def test_what_is_no_number_is_out_of_bounds() -> None:
    asked = inference_service_pb2.FindSimilarRequest(largest_distance=float("nan"), image=b"a picture")
    assert [one.sentence for one in problems_of(asked)] == ["largest_distance: must be a number"]
