"""Retry headers are written and read back whole, and are described to whoever reads those topics."""

from dataclasses import fields
from typing import Any

from jsonschema import Draft7Validator

from framewell_contracts.asyncapi import document
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


def test_the_asyncapi_documents_describe_every_header() -> None:
    full = RetryHeaders(**{field.name: _some(field.type) for field in fields(RetryHeaders)})
    headers = {name: content.decode() for name, content in full.headers()}
    schema = document(None)["components"]["schemas"]["RetryHeaders"]
    assert headers.keys() == schema["properties"].keys()
    Draft7Validator(schema).validate(headers)
    bare = RetryHeaders("g", "t", 0, 0, 1, 1, 1, "failed", "because")
    Draft7Validator(schema).validate({name: content.decode() for name, content in bare.headers()})


def _some(kind: Any) -> Any:
    return {str: "text", int: 7, bool: True}[kind]
