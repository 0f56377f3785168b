"""Sentences as documents keep them: the text under its name, and beside it what it was made of."""

from __future__ import annotations

from typing import Any

from framewell_contracts.sentences import kept_wording, worded_as_kept
from framewell_kit.documents.protocol import Document


def kept(name: str, sentence: str) -> dict[str, Any]:
    """Return the fields that keep a sentence under a name."""
    return {name: str(sentence), f"{name}_wording": kept_wording(sentence)}


def sentence_in(document: Document, name: str) -> str:
    """Return the sentence that is kept under a name; empty where none is."""
    return worded_as_kept(document.get(name, ""), document.get(f"{name}_wording"))
