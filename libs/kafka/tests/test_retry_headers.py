"""Retry headers are written and read back whole, and are described to whoever reads those topics."""

from dataclasses import fields
from typing import Any

import pytest
from jsonschema import Draft7Validator

from framewell_contracts.asyncapi import document
from framewell_contracts.sentences import Sentence, say
from framewell_kafka import retry_headers
from framewell_kafka.retry_headers import RetryHeaders


def test_what_is_known_of_a_failure_survives_its_headers() -> None:
    note = RetryHeaders(
        "g", "t", 3, 42, 2, 1000, 2000, "failed", "ü" * 3000, not_before_ms=3000, traceback="x" * 20_000
    )
    headers = [("ce_id", b"1"), ("other", b"\xff"), *note.headers()]
    read = retry_headers.read(headers)
    assert read is not None
    assert (read.group, read.origin_offset, read.attempt, read.not_before_ms) == ("g", 42, 2, 3000)
    assert len(read.traceback) == retry_headers.MAX_TRACEBACK_BYTES
    assert retry_headers.original_headers(headers) == [("ce_id", b"1"), ("other", b"\xff")]
    assert retry_headers.read([("ce_id", b"1")]) is None
    assert retry_headers.read([("framewell-group", b"g"), ("framewell-attempt", b"many")]) is None


def test_what_a_reason_was_made_of_travels_with_it() -> None:
    why = say("left_out", "{why}: {size} at {place}", why="für zu groß", size=7, place="t/0@1")
    noted = retry_headers.read(_note(why).headers())
    assert noted is not None
    assert isinstance(noted.reason, Sentence)
    assert (noted.reason, noted.reason.code, noted.reason.params) == (why, why.code, why.params)


@pytest.mark.parametrize(
    "reason", ["KeyError: 'x'", say("left_out", "{why}", why="x" * retry_headers.MAX_WORDING_BYTES)]
)
def test_a_text_of_its_own_and_a_sentence_of_much_are_read_as_texts(reason: str) -> None:
    noted = retry_headers.read(_note(reason).headers())
    assert noted is not None
    assert noted.reason == str(reason)[: retry_headers.MAX_REASON_BYTES]
    assert not isinstance(noted.reason, Sentence)


@pytest.mark.parametrize(
    "written", [b"{", b"7", b"[]", b'{"template": 7, "params": {}}', b'{"template": "x", "params": {"y": 1}}',
                b'{"template": "\\ud800", "params": {}}', b'{"template": "x"}', b"[" * 4000, b"\xff"]
)  # fmt: skip
def test_a_wording_that_is_none_leaves_the_reason_as_it_is(written: bytes) -> None:
    headers = [*_note("because").headers(), ("framewell-wording", written)]
    noted = retry_headers.read(headers)
    assert noted is not None
    assert (noted.reason, type(noted.reason)) == ("because", str)


def _note(reason: str) -> RetryHeaders:
    return RetryHeaders("g", "t", 0, 0, 1, 1, 1, "failed", reason)


def test_the_asyncapi_documents_describe_every_header() -> None:
    given = {field.name: _some(field.type) for field in fields(RetryHeaders)}
    full = RetryHeaders(**{**given, "reason": say("broker_away", "the broker is away")})
    headers = {name: content.decode() for name, content in full.headers()}
    schema = document(None)["components"]["schemas"]["RetryHeaders"]
    assert headers.keys() == schema["properties"].keys()
    Draft7Validator(schema).validate(headers)
    bare = RetryHeaders("g", "t", 0, 0, 1, 1, 1, "failed", "because")
    Draft7Validator(schema).validate({name: content.decode() for name, content in bare.headers()})


def _some(kind: Any) -> Any:
    return {str: "text", int: 7, bool: True}[kind]
