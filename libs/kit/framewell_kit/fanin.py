"""Fan-in: many parts of one key, one moment of completeness, at a cost that no number of parts raises.

Numbered parts are kept in buckets, one document for each `bucket_size` numbers. One root document per key
and generation keeps what is expected, the named parts and which buckets are full. Every call changes one
bucket, the root, or a bucket and then the root, and every change may be repeated. All that decides about
a bucket is a change of that bucket and all that decides about the whole is a change of the root, so the
document store puts concurrent replicas in an order and the last of them sees the whole. A process that
dies between its two changes leaves the second one to the redelivery of its record.

The root grows by one flag for each full bucket (68 of them for 4,320 parts) and is touched only when a
bucket becomes full, by named parts and by the expectation.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from framewell_contracts.sentences import say
from framewell_kit.documents.protocol import Document, Documents
from framewell_kit.outcomes import NotYet

BUCKET_SIZE: Final = 64
"""Numbered parts in one document. Keep values small (references, not content): a document holds 64."""


@dataclass(frozen=True, slots=True)
class Whole:
    """A key and generation of which all expected parts have arrived."""

    key: str
    generation: int
    count: int
    """How many numbered parts there are: 0 to count - 1."""
    expectation: Any
    """The value that came with the expectation."""
    named: Mapping[str, Any]
    """The named parts that have arrived, expected or not, by name."""


@dataclass(frozen=True, slots=True)
class FanIn:
    """The fan-ins of one collection.

    `expect` and `arrive` may be called in any order, again, and by several processes at once. Whoever gets
    a `Whole` publishes, at the first delivery or a redelivery, with an id made from (key, type, generation)
    and content computed from the whole and its parts alone: `Fact(message, id=fan_in_id(…))`. Every
    redelivery after completion gets the whole again, because its process may have died before it published.
    """

    documents: Documents
    collection: str
    bucket_size: int = BUCKET_SIZE

    async def prepare(self) -> None:
        """Make the index that `forget` reads by."""
        await self.documents.ensure_index(self.collection, ["key"])

    async def expect(
        self, key: str, count: int, value: Any = None, *, names: Sequence[str] = (), generation: int = 0
    ) -> Whole | None:
        """Set what is expected, and return the whole when all of it has arrived.

        `count` numbered parts (0 to count - 1) and the named parts `names`. `value` is kept and returned as
        `Whole.expectation`. Expecting again replaces the value; count and names stay the same within a
        generation.
        """
        last, rest = divmod(count, self.bucket_size)
        change: dict[str, Any] = {"expected": {"count": count, "names": list(names), "value": value}}
        if rest:  # the last bucket is full with fewer parts than the others
            bucket = await self._change(_bucket_id(key, generation, last), key, generation, {"size": rest})
            if self._is_full(bucket, last):
                change[f"full.{last}"] = True
        return await self._change_root(key, generation, change)

    async def arrive(self, key: str, part: int | str, value: Any, generation: int = 0) -> Whole | None:
        """Keep the value of a part, and return the whole when this part's arrival shows it complete.

        A number is a numbered part, a text a named one (lower-case letters and underscores). The same part
        again replaces its value. A number beyond the expected count is kept and never looked at.
        """
        if isinstance(part, str):
            if not part.replace("_", "").isalpha():
                raise ValueError(f"a named part is called by letters and underscores, not {part!r}")
            return await self._change_root(key, generation, {f"named.{part}": value})
        if part < 0:
            raise ValueError(f"parts are numbered from 0, not {part}")
        number = part // self.bucket_size
        bucket = await self._change(
            _bucket_id(key, generation, number), key, generation, {f"parts.{part}": value}
        )
        if not self._is_full(bucket, number):
            return None
        return await self._change_root(key, generation, {f"full.{number}": True})

    async def parts(self, whole: Whole) -> AsyncIterator[Any]:
        """Yield the values of the numbered parts in order of their numbers, reading bucket by bucket.

        Raises NotYet when they were forgotten meanwhile.
        """
        for number in range(-(-whole.count // self.bucket_size)):
            bucket = await self.documents.get(
                self.collection, _bucket_id(whole.key, whole.generation, number)
            )
            if bucket is None or not self._is_full(bucket, number):
                raise NotYet(
                    say("parts_removed", "parts of {key} were removed while they were read", key=whole.key)
                )
            for part in self._numbers(bucket, number):
                yield bucket["parts"][str(part)]

    async def arrived(self, key: str, numbers: range, generation: int = 0) -> AsyncIterator[tuple[int, Any]]:
        """Yield number and value of those numbered parts that have arrived so far, in the order of the range.

        For readers who ask before all of it is there; each bucket is read once.
        """
        parts: Mapping[str, Any] = {}
        read: int | None = None
        for part in numbers:
            number = part // self.bucket_size
            if number != read:
                bucket = await self.documents.get(self.collection, _bucket_id(key, generation, number))
                parts, read = (bucket or {}).get("parts", {}), number
            if str(part) in parts:
                yield part, parts[str(part)]

    async def forget(self, key: str) -> int:
        """Delete all generations of the key and return how many documents that were."""
        return await self.documents.delete_where(self.collection, {"key": key})

    async def _change_root(self, key: str, generation: int, fields: Mapping[str, Any]) -> Whole | None:
        return _whole(
            await self._change(_root_id(key, generation), key, generation, fields), self.bucket_size
        )

    async def newest(self, key: str) -> Whole | None:
        """Return the newest generation of which everything has arrived, None when there is none."""
        roots = await self.documents.find(self.collection, {"key": key, "expected": {"$exists": True}})
        wholes = [_whole(root, self.bucket_size) for root in roots]
        return max((one for one in wholes if one), key=lambda one: one.generation, default=None)

    async def _change(self, id: str, key: str, generation: int, fields: Mapping[str, Any]) -> Document:  # noqa: A002
        change = {"$set": dict(fields), "$setOnInsert": {"key": key, "generation": generation}}
        after = await self.documents.update(self.collection, id, change, upsert=True)
        if after is None:  # an upsert without a condition always returns the document
            raise RuntimeError("the document store lost an upsert")
        return after

    def _is_full(self, bucket: Document, number: int) -> bool:
        parts = bucket.get("parts", {})
        return all(str(part) in parts for part in self._numbers(bucket, number))

    def _numbers(self, bucket: Document, number: int) -> range:
        first = number * self.bucket_size
        return range(first, first + bucket.get("size", self.bucket_size))


def _whole(root: Document, bucket_size: int) -> Whole | None:
    """Return what a root shows to be complete, None while something is missing."""
    expected, full, named = root.get("expected"), root.get("full", {}), root.get("named", {})
    if expected is None or any(name not in named for name in expected["names"]):
        return None
    buckets = -(-expected["count"] // bucket_size)
    if any(str(number) not in full for number in range(buckets)):
        return None
    return Whole(root["key"], int(root["generation"]), expected["count"], expected["value"], named)


def _root_id(key: str, generation: int) -> str:
    return f"{key}@{generation}"


def _bucket_id(key: str, generation: int, number: int) -> str:
    return f"{_root_id(key, generation)}/{number}"
