"""Whatever the log of decisions may say was decided, the console says in words, in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, get_args

import pytest
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from framewell_dataset.domain.audit import Decided, noted
from framewell_kit.name_hashes import NameHashes

WORDS: Final = Path(__file__).resolve().parents[2] / "services/gateway/console/src/words"


def _variants(kind: type[Message]) -> Iterator[Message]:
    """Yield a fact of a kind with each value of each word and each switch that it has."""
    yield kind()
    for field in kind.DESCRIPTOR.fields:
        if field.is_repeated:
            continue
        if field.type == FieldDescriptor.TYPE_ENUM:
            yield from (kind(**{field.name: one.number}) for one in field.enum_type.values)
        elif field.type == FieldDescriptor.TYPE_BOOL:
            yield kind(**{field.name: True})


def _decided() -> set[str]:
    hashes = NameHashes(b"of a test" * 4)
    facts = (fact for kind in get_args(Decided) for fact in _variants(kind))
    return {noted(fact, hashes).what.partition(":")[0] for fact in facts} - {""}


def _said(language: str) -> set[str]:
    rights = (WORDS / language / "rights.ts").read_text(encoding="utf-8")
    whats = re.search(r"whats: \{(.*?)\}", rights, re.DOTALL)
    assert whats is not None
    purposes = (WORDS / language / "purposes.ts").read_text(encoding="utf-8")
    return {*re.findall(r"^\s+(\w+):", whats[1] + purposes, re.MULTILINE)}


@pytest.mark.parametrize("language", ["en", "de"])
def test_whatever_was_decided_is_said_in_words(language: str) -> None:
    decided = _decided()
    assert {"accept", "role_changed", "held", "released", "own_training"} <= decided
    assert decided - _said(language) == set()
