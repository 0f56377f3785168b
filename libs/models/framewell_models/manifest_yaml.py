"""Reads the YAML of a manifest into plain values, at a cost that its length bounds.

Aliases, deep nesting and tags of YAML's own are refused before a value is built, so that a short text is
never a large value. The names of fields stay as they are written, and so do `name` and `version`: YAML makes
the number 1.1 of an unquoted 1.10.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import yaml

from framewell_models.manifest import ManifestError

MOST_BYTES: Final = 64 << 10
"""Longest manifest that is read."""

MOST_BYTES_OF_OURS: Final = 1 << 20
"""Longest manifest of an identity model, which training writes with a line for each person."""

DEEPEST: Final = 32
"""Most lists and mappings inside each other."""

LONGEST_NUMBER: Final = 40
"""Most characters of a number."""

AS_WRITTEN: Final = frozenset({"name", "version"})
"""Fields of the manifest whose unquoted value stays as it is written."""

_CORE: Final = "tag:yaml.org,2002:"
_TEXT: Final = f"{_CORE}str"
_NUMBERS: Final = frozenset({f"{_CORE}int", f"{_CORE}float"})
_DATE: Final = f"{_CORE}timestamp"


def read_mapping(text: str, *, most_bytes: int = MOST_BYTES) -> Mapping[str, Any]:
    """Return the fields of a manifest: texts, numbers, flags, lists and mappings with texts as keys.

    Raises ManifestError, without the place, for a text that is too long, no YAML, no mapping, or has one of
    the things above.
    """
    if len(text) > most_bytes or len(text.encode("utf-8", "surrogatepass")) > most_bytes:
        raise ManifestError(f"a manifest has at most {most_bytes >> 10} KiB")
    try:
        _check_events(text)
        loader = yaml.CSafeLoader(text)
        try:
            root = loader.get_single_node()
            if not isinstance(root, yaml.MappingNode):
                raise ManifestError("a manifest is a mapping of fields")
            _settle(root, AS_WRITTEN)
            document: Mapping[str, Any] = loader.construct_document(root)
        finally:
            loader.dispose()
    except ManifestError:
        raise
    except (yaml.YAMLError, ValueError) as error:
        raise ManifestError(f"not YAML: {error}") from error
    return document


def _check_events(text: str) -> None:
    """Raise ManifestError for anchors, aliases, tags and deep nesting, before a node is made of them."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        for called, what, sign in (("an anchor or alias", "anchor", "& or *"), ("a tag", "tag", "!")):
            if getattr(event, what, None) is not None:
                raise ManifestError(
                    f"line {_line(event)} has {called} ({sign}): write the value out, or quote it"
                )
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise ManifestError(f"lists and mappings are more than {DEEPEST} deep in each other")


def _settle(node: yaml.Node, as_written: frozenset[str] = frozenset()) -> None:
    """Make texts of keys, dates and the fields `as_written`.

    Raises ManifestError for what no manifest holds: keys that are no text or there twice, endless numbers.
    """
    if isinstance(node, yaml.MappingNode):
        _settle_fields(node, as_written)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _settle(item)
    elif node.tag == _DATE:
        node.tag = _TEXT
    elif node.tag in _NUMBERS and len(node.value) > LONGEST_NUMBER:
        raise ManifestError(f"line {_line(node)} has a number of {len(node.value)} characters")


def _settle_fields(node: yaml.MappingNode, as_written: frozenset[str]) -> None:
    names = set()
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise ManifestError(f"line {_line(key)}: the name of a field is a text")
        if key.value in names:
            raise ManifestError(f"line {_line(key)}: field {key.value[:100]!r} is there twice")
        names.add(key.value)
        key.tag = _TEXT
        if key.value in as_written and isinstance(value, yaml.ScalarNode):
            value.tag = _TEXT
        _settle(value)


def _line(node: yaml.Node | yaml.Event) -> int:
    return node.start_mark.line + 1 if node.start_mark else 0
