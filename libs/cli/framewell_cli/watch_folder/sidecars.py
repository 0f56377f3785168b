"""Sidecars: what a JSON or XML file says about the programme and the rights of the media beside it.

Both say what `ingest.requested` says, field by field and under the same names, without `uri` and `asset_id`.
In XML a field is an element, a list is the element repeated, and an entry of a map has its name as attribute:

    <ingest>
      <programme><title>News</title><identifiers name="house">4711</identifiers></programme>
      <statements><use>prohibited</use><purposes>own_training</purposes></statements>
      <labels name="job">12</labels>
    </ingest>
"""

from __future__ import annotations

import json
import re
from itertools import islice
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell_contracts.bounds import problems_of
from framewell_contracts.json_mapping import InvalidDocument, from_json, parse_object
from framewell_contracts.unreadable import Unreadable

Document = dict[str, Any]

SUFFIXES: Final = (".json", ".xml")
_ROOT: Final = "ingest"
_NOT_HERE: Final = ("uri", "asset_id")
_MOST_BYTES: Final = 1 << 20
_SHOWN_PROBLEMS: Final = 3
_OF_MESSAGE: Final = re.compile(r"(is no field) of [A-Z]\w+")
_TEXTS: Final = {FieldDescriptor.TYPE_STRING, FieldDescriptor.TYPE_BYTES, FieldDescriptor.TYPE_ENUM}
_AS_TEXT: Final = {"google.protobuf.Timestamp", "google.protobuf.Duration"}


class BadSidecar(Exception):
    """The sidecar cannot be used; the text says which it is, what is wrong, and what to do."""


def read_sidecar(path: Path) -> Document:
    """Return the part of a request that a sidecar states. Raises BadSidecar."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadSidecar(f"{path.name} cannot be read: {error.strerror}.") from error
    try:
        if len(content) > _MOST_BYTES:
            raise Unreadable(f"it has {len(content):,} bytes, at most {_MOST_BYTES:,} are read", code="large")
        document = _xml(content) if path.suffix.lower() == ".xml" else parse_object(content, "it")
        check_request(document)
    except Unreadable as error:
        raise BadSidecar(
            f"{path.name} has to be corrected, the file waits for it: {_words(error)}"
        ) from error
    return document


def check_request(document: Document) -> None:
    """Raise Unreadable where the document, completed by an address, is no request that ingest takes."""
    for name in _NOT_HERE:
        if name in document:
            raise Unreadable(f"`{name}`: a sidecar is of the file beside it", code="out_of_bounds")
    request = from_json({**document, "uri": "upload:x"}, IngestRequested)
    if problems := list(islice(problems_of(request), _SHOWN_PROBLEMS)):
        raise Unreadable("; ".join(one.sentence for one in problems), code="out_of_bounds")


def _words(error: Unreadable) -> str:
    """Return what is wrong in the words of who writes a sidecar, without names of messages."""
    if not isinstance(error, InvalidDocument):
        return str(error)
    named = (
        f"`{one.field}` {one.problem}" if one.field else one.problem
        for one in error.problems[:_SHOWN_PROBLEMS]
    )
    return "; ".join(_OF_MESSAGE.sub(r"\1", one) for one in named)


class _NoDoctype(ET.TreeBuilder):
    """Builds a tree of a document without a DTD: nothing is defined, expanded or fetched."""

    def doctype(self, *_: object) -> None:
        raise Unreadable("a sidecar has no document type (DOCTYPE)", code="bad_xml")


def _xml(content: bytes) -> Document:
    try:
        root = ET.fromstring(content, parser=ET.XMLParser(target=_NoDoctype()))  # noqa: S314 - no DTD
    except (ET.ParseError, ValueError, LookupError) as error:  # also an encoding that is not known
        raise Unreadable(f"it is no XML: {error}", code="bad_xml") from error
    if root.tag != _ROOT:
        raise Unreadable(f"its outermost element is <{root.tag}>, expected is <{_ROOT}>", code="bad_xml")
    return _object(root, IngestRequested.DESCRIPTOR)


def _object(element: ET.Element, descriptor: Descriptor) -> Document:
    """Return an element as the JSON of a message. What is not known stays, for the mapping to refuse it."""
    fields = {field.name: field for field in descriptor.fields}
    found: Document = {}
    if element.attrib or (element.text or "").strip():
        raise Unreadable(f"<{element.tag}> holds elements, no text and no attributes", code="bad_xml")
    for child in element:
        if (child.tail or "").strip():
            raise Unreadable(f"<{element.tag}> holds text between its elements", code="bad_xml")
        field = fields.get(child.tag)
        if field is None:
            found[child.tag] = child.text or ""
        elif _is_map(field):
            name = child.get("name", "")
            if name in found.setdefault(child.tag, {}):
                raise Unreadable(f'<{child.tag} name="{name}"> stands twice', code="bad_xml")
            found[child.tag][name] = child.text or ""
        elif field.is_repeated:
            found.setdefault(child.tag, []).append(_value(child, field))
        elif child.tag in found:
            raise Unreadable(f"<{child.tag}> stands twice in <{element.tag}>", code="bad_xml")
        else:
            found[child.tag] = _value(child, field)
    return found


def _is_map(field: FieldDescriptor) -> bool:
    return field.message_type is not None and field.message_type.GetOptions().map_entry


def _value(element: ET.Element, field: FieldDescriptor) -> Any:
    """Return what an element says as JSON has it: an object, a text, or a number or `true` without quotes."""
    if field.message_type is not None and field.message_type.full_name not in _AS_TEXT:
        return _object(element, field.message_type)
    if len(element) or element.attrib:
        raise Unreadable(f"<{element.tag}> holds text alone", code="bad_xml")
    text = (element.text or "").strip()
    if field.message_type is not None or field.type in _TEXTS:
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
