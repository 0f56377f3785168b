"""Many parts, one moment of completeness: one document per asset, changed one part at a time.

Whoever sees the document complete publishes, the first time or a redelivery, with an id made from
(asset, type, generation) and content computed from that document alone: `Fact(message, id=fan_in_id(…))`.
Either side may arrive first: the parts, or what is expected.
"""

from dataclasses import dataclass
from typing import Any

from framewell_kit.documents.protocol import Document, Documents

# Parts are fields of one document: what a field name may not contain is escaped.
_ESCAPES = {"%": "%25", ".": "%2E", "$": "%24"}


def escaped(name: str) -> str:
    """The name as a field name."""
    return "".join(_ESCAPES.get(letter, letter) for letter in name)


def unescaped(field: str) -> str:
    """The name of a field."""
    for letter, escape in reversed(_ESCAPES.items()):
        field = field.replace(escape, letter)
    return field


@dataclass(frozen=True, slots=True)
class FanIn:
    """The fan-ins of one collection, one document per key and generation."""

    documents: Documents
    collection: str

    async def arrive(self, key: str, part: str, value: Any, generation: int = 0, **also: Any) -> Document:
        """Note that a part of `key` arrived; the document as it is now.

        `document["parts"]` maps part to value. The same part again replaces its value, so a redelivery
        sees the same completeness. `also` sets further fields of the document.
        """
        after = await self.documents.update(
            self.collection,
            _id(key, generation),
            {
                "$set": {f"parts.{escaped(part)}": value, **also},
                "$setOnInsert": {"key": key, "generation": generation},
            },
            upsert=True,
        )
        return _read(after)

    async def get(self, key: str, generation: int = 0) -> Document | None:
        """The document, or None when nothing arrived yet."""
        found = await self.documents.get(self.collection, _id(key, generation))
        return None if found is None else _read(found)

    async def forget(self, key: str) -> int:
        """Delete all generations of the key; how many."""
        return await self.documents.delete_where(self.collection, {"key": key})


def _id(key: str, generation: int) -> str:
    return f"{key}@{generation}"


def _read(document: Document | None) -> Document:
    if document is None:  # an upsert without expectation always returns the document
        raise RuntimeError("the document store lost an upsert")
    parts = document.get("parts", {})
    return {**document, "parts": {unescaped(field): value for field, value in parts.items()}}
