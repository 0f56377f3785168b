"""Whatever says a sentence says what it was made of: by the messages, and by the code that fills them."""

from __future__ import annotations

import ast
import importlib
import json
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Final

import pytest
from google.protobuf.descriptor import Descriptor, FieldDescriptor

ROOT = Path(__file__).resolve().parents[2]
SERVICES: Final = ("ingest", "transcode", "inference", "dataset", "training", "gateway")
PACKAGES: Final = ("asset", "audio", "chunk", "dataset", "gateway", "inference", "ingest", "media", "mesh",
                   "model", "recording", "rights", "sample", "segment", "snapshot", "training")  # fmt: skip

WITHOUT: Final = {
    "VerifyAuditResponse.problem": "the first of `problems`, each of which has its wording",
    "Dataset.title": "somebody's own words",
    "Evidence.note_id": "an id",
    "AssetRemoved.reason": "somebody's own words",
    "RemoveAssetRequest.reason": "somebody's own words",
    "RequestErasureRequest.reason": "somebody's own words",
    "Webhook.description": "somebody's own words",
    "CreateWebhookRequest.description": "somebody's own words",
    "Model.intended_use": "its makers' own words",
    "SpeechSegment.text": "what was said",
    "SearchMomentsRequest.text": "what is searched",
    "Problem.title": "words of a status, beside `code`",
    "Problem.detail": "its wording are `template` and `params`",
    "Problem.template": "a code",
    "Analyser.description": "shown by the command line alone",
    "DeclaredHolding.holds": "shown by the command line alone",
}
"""Fields whose comment speaks of a sentence, and why no wording stands beside them."""

OUTSIDE: Final = {
    "/recipes/folder.py:": "a model card is a document in English, no sentence of an answer",
    "/gateway/framewell_gateway/entrypoints/grpc/": "what gRPC itself refuses is read by programs",
    "/entrypoints/open_inference_server.py:": "so is what Open Inference refuses",
    "/entrypoints/http/routes/": "examples of answers",
}
"""Texts that are no sentences of answers, by a part of their place."""

RAISED: Final = {"RunStopped", "NotAllowed", "NotTaken", "UnusableHead", "GraphDiffers", "UnreadableGraph",
                 "UnreadableModel", "InvalidParameter", "MediaError", "Refused", "SourceUnavailable",
                 "SkippedError", "LookTooLongError", "TimeLimitError", "DeadlineError", "TimecodeError",
                 "Stalled"}  # fmt: skip
"""Exceptions whose sentence reaches somebody."""


def _messages(package: str) -> Iterator[Descriptor]:
    for path in sorted((ROOT / "libs/contracts/framewell" / package / "v1").glob("*_pb2.py")):
        module = importlib.import_module(f"framewell.{package}.v1.{path.stem}")
        yield from module.DESCRIPTOR.message_types_by_name.values()


def _wordings(message: Descriptor, comments: dict[str, str]) -> dict[str, str]:
    """Return by the field of a sentence that of its wording: the one its comment names, else `sentence`."""
    found = {}
    for field in message.fields:
        if field.message_type is not None and field.message_type.name == "Wording":
            of = re.search(r"`(\w+)`", comments[field.full_name])
            found[of[1] if of else "sentence"] = field.name
    return found


def _sentences() -> dict[str, dict[str, str | None]]:
    """Return by message the fields that hold sentences, each with the field of its wording."""
    comments = json.loads((files("framewell") / "comments.json").read_text())
    found: dict[str, dict[str, str | None]] = {}
    for message in (message for package in PACKAGES for message in _messages(package)):
        wordings = _wordings(message, comments)
        assert wordings.keys() <= {*message.fields_by_name}, message.full_name
        for field in message.fields:
            said = re.search("sentence|in words", comments.get(field.full_name, "")) is not None
            if field.name in wordings or (said and field.type == FieldDescriptor.TYPE_STRING):
                found.setdefault(message.name, {})[field.name] = wordings.get(field.name)
    return found


def test_every_sentence_of_a_message_has_a_wording_beside_it() -> None:
    found = _sentences()
    assert len(found) > 12, "the comments say which fields hold sentences"
    bare = {
        f"{message}.{field}"
        for message, fields in found.items()
        for field, wording in fields.items()
        if wording is None
    }
    assert bare == WITHOUT.keys()


def _nodes() -> Iterator[tuple[str, ast.AST]]:
    for service in SERVICES:
        for path in sorted((ROOT / f"services/{service}/framewell_{service}").rglob("*.py")):
            if "testing" in path.parts or path.name == "testing.py":
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                yield f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}", node


def _called(node: ast.Call) -> str:
    return getattr(node.func, "id", getattr(node.func, "attr", ""))


def test_whoever_fills_in_a_sentence_fills_in_its_wording() -> None:
    sentences, bare, filled = _sentences(), [], 0
    for place, node in _nodes():
        if not isinstance(node, ast.Call) or (of := sentences.get(_called(node))) is None:
            continue
        given = {one.arg or "**" for one in node.keywords}
        known = {field.name for message in _named(_called(node)) for field in message.fields}
        if not given <= known | {"**"}:
            continue  # a class of the service that is called as the message
        for field in given & of.keys():
            filled += 1
            if of[field] is not None and of[field] not in given:
                bare.append(f"{place} {_called(node)}.{field}")
    assert filled > 10
    assert bare == []


def _named(name: str) -> list[Descriptor]:
    return [one for package in PACKAGES for one in _messages(package) if one.name == name]


def _is_text(node: ast.expr) -> bool:
    """Return whether an expression is, or may be, a sentence that was written where it stands."""
    match node:
        case ast.JoinedStr():
            return True
        case ast.Constant():
            return isinstance(node.value, str) and " " in node.value
        case ast.IfExp():
            return _is_text(node.body) or _is_text(node.orelse)
        case ast.BoolOp():
            return any(map(_is_text, node.values))
        case ast.BinOp():
            return _is_text(node.left) or _is_text(node.right)
    return False


def test_sentences_are_made_of_templates_wherever_they_are_held() -> None:
    """A sentence that is written as a text has no words in another language."""
    held = {field for fields in _sentences().values() for field, wording in fields.items() if wording}
    bare = []
    for place, node in _nodes():
        given: list[tuple[str, ast.expr]] = []
        if isinstance(node, ast.Call):
            given = [(one.arg or "", one.value) for one in node.keywords]
            if _called(node) in RAISED and any(map(_is_text, node.args)):
                bare.append(f"{place} {_called(node)}")
        elif isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            given = [(getattr(one, "id", getattr(one, "attr", "")), node.value) for one in targets]
        bare += [f"{place} {name}" for name, value in given if name in held and _is_text(value)]
    assert [one for one in bare if not any(place in one for place in OUTSIDE)] == []


@pytest.mark.parametrize("written", ["f'{x} is gone'", "'it is gone'", "found or 'it is gone'"])
def test_a_sentence_that_is_written_where_it_stands_is_found(written: str) -> None:
    assert _is_text(ast.parse(written, mode="eval").body)
