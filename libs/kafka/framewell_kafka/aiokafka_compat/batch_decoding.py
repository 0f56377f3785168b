"""Decode record batches whatever is in them: in bounded memory, and without losing other partitions.

Whoever writes to a topic decides what is in a batch, and aiokafka trusts it: it decompresses a batch whole
(1 MiB of zstd may be 30 GiB), and decodes names of headers as UTF-8. What fails there raises out of the poll,
everything that the poll had read of other partitions is lost, and the next poll meets the same batch.

Here a batch that fails is decoded once more, less strictly. One that expands to more than `MAX_BATCH_BYTES`,
or is malformed, becomes one record at its last offset without content, which is no CloudEvent: it becomes a
dead letter whose header says what happened. A sound batch costs a microsecond more, some 20 when it is
compressed, and a record 15 ns.
"""

import logging
import mmap
import struct
import zlib
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any, Final, NamedTuple

import cramjam
from aiokafka import ConsumerRecord
from aiokafka.consumer import fetcher
from aiokafka.errors import KafkaError

log = logging.getLogger(__name__)

# Topics take batches of 1 or 2 MiB as they are sent; JSON shrinks to a twentieth, so honest ones are smaller.
MAX_BATCH_BYTES: Final = 64 << 20
REASON_HEADER: Final = "unreadable-batch"

# Base offset, length of what follows; leader's epoch, magic, CRC, attributes, last offset's delta, first and
# last timestamp, producer's id and epoch, base sequence, number of records (KIP-98, all of Kafka since 0.11).
_HEADER = struct.Struct(">qiibIhiqqqhii")
_PREFIX = struct.Struct(">qi")
_MAGIC = 2
_CODEC, _LOG_APPEND_TIME = 0x07, 0x08
_XERIAL = b"\x82SNAPPY\x00"
_XERIAL_BYTES = 16


class BatchTooLarge(Exception):
    """A batch expands to more than `MAX_BATCH_BYTES`."""

    def __init__(self) -> None:
        super().__init__(f"it expands to more than {MAX_BATCH_BYTES >> 20} MiB")


class _Record(NamedTuple):
    """A record with the attributes of aiokafka's own."""

    offset: int
    timestamp: int
    timestamp_type: int
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes | None]]
    checksum: None = None


def install() -> None:
    """Patch aiokafka so that every consumer of this process decodes like this: it has no hook for it."""
    fetcher.MemoryRecords, fetcher.PartitionRecords = _RawBatches, _TolerantRecords
    for name in (
        "_crecords.default_records",
        "_crecords.legacy_records",
        "default_records",
        "legacy_records",
    ):
        module = import_module(f"aiokafka.record.{name}")
        for codec, decode in DECODERS.values():
            setattr(module, f"{codec}_decode", decode)


# --- decompressing


def _gunzip(payload: Any) -> bytes:
    found, left, rest = [], MAX_BATCH_BYTES, bytes(payload)
    while rest:
        member = zlib.decompressobj(wbits=31)
        found.append(member.decompress(rest, left + 1))
        left -= len(found[-1])
        if left < 0:
            raise BatchTooLarge
        if not member.eof:
            raise ValueError("compressed content ends too early")
        rest = member.unused_data.lstrip(b"\0")
    return b"".join(found)


def _expand(into: Callable[[Any, Any], int]) -> Callable[[Any], bytes]:
    def expanded(payload: Any) -> bytes:
        # Pages that are never written to take no memory: a large buffer costs nothing until it is needed.
        with mmap.mmap(-1, MAX_BATCH_BYTES) as buffer:
            try:
                return buffer[: into(payload, buffer)]
            except cramjam.DecompressionError as error:
                if "whole buffer" in str(error):
                    raise BatchTooLarge from None
                raise

    return expanded


def _unsnap(payload: Any) -> bytes:
    rest = memoryview(payload)
    if bytes(rest[: len(_XERIAL)]) != _XERIAL:
        return _unsnap_block(rest, MAX_BATCH_BYTES)
    found, left = [], MAX_BATCH_BYTES
    rest = rest[_XERIAL_BYTES:]
    while rest:
        end = 4 + int.from_bytes(rest[:4], "big")
        found.append(_unsnap_block(rest[4:end], left))
        left, rest = left - len(found[-1]), rest[end:]
    return b"".join(found)


def _unsnap_block(block: memoryview, most: int) -> bytes:
    if cramjam.snappy.decompress_raw_len(block) > most:
        raise BatchTooLarge
    return bytes(cramjam.snappy.decompress_raw(block))


# By the number of the codec in the batch's attributes. Each raises BatchTooLarge, or any error if malformed.
DECODERS: Final[dict[int, tuple[str, Callable[[Any], bytes]]]] = {
    1: ("gzip", _gunzip),
    2: ("snappy", _unsnap),
    3: ("lz4", _expand(cramjam.lz4.decompress_into)),
    4: ("zstd", _expand(cramjam.zstd.decompress_into)),
}


# --- decoding


class _RawBatches:
    """The batches of a fetch, as aiokafka reads them, with the raw bytes of the one read last."""

    def __init__(self, fetched: bytes) -> None:
        self._batches = _BATCHES(fetched)
        self._fetched, self._begin, self._end = fetched, 0, 0
        self.has_next, self.size_in_bytes = self._batches.has_next, self._batches.size_in_bytes
        self.batch: Any = None

    def next_batch(self) -> Any:
        """Return the next batch, as aiokafka's."""
        self._begin = self._end
        self._end += _PREFIX.size + _PREFIX.unpack_from(self._fetched, self._begin)[1]
        self.batch = self._batches.next_batch()
        return self.batch

    def raw(self) -> bytes:
        """Return the bytes of the batch read last."""
        return bytes(self._fetched[self._begin : self._end])


_BATCHES: Final[Any] = fetcher.MemoryRecords


class _TolerantRecords(fetcher.PartitionRecords):  # type: ignore[misc]
    """The records of a fetch of one partition; iterating never raises.

    A batch that was damaged on its way, and what follows it, yields nothing and is fetched again.
    """

    next_fetch_offset: int

    def _unpack_records(self) -> Iterator[Any]:
        while True:
            try:
                yield from super()._unpack_records()
            except Exception as error:  # noqa: BLE001 - other partitions must not lose their records
                if isinstance(error, KafkaError) and "CRC" in str(error):
                    log.error("a batch came damaged, it is fetched again: %s", error)
                    return
                yield from self._decode_again(error)
            else:
                return

    def _decode_again(self, error: Exception) -> Iterator[Any]:
        """Return the records of the rest of the batch that failed; reading goes on with the next batch."""
        try:
            if isinstance(error, BatchTooLarge):
                raise error
            for record in _decode_batch(self._records.raw()):
                if record.offset >= self.next_fetch_offset:
                    self.next_fetch_offset = record.offset + 1
                    yield self._consumer_record(self._tp, record)
            self.next_fetch_offset = self._records.batch.next_offset
        except Exception as malformed:  # noqa: BLE001 - other batches must not lose their records
            yield self._placeholder(malformed)

    def _placeholder(self, error: Exception) -> Any:
        """Return one record without content instead of the rest of the batch, with the reason in a header."""
        first, self.next_fetch_offset = self.next_fetch_offset, self._records.batch.next_offset
        last, partition = self.next_fetch_offset - 1, self._tp
        reason = (
            f"{partition.topic}/{partition.partition}@{first}-{last}: {str(error) or type(error).__name__}"
        )
        log.error("a batch cannot be taken apart: %s", reason[:500])
        headers = ((REASON_HEADER, reason[:500].encode()),)
        return ConsumerRecord(
            partition.topic, partition.partition, last, 0, 0, None, None, None, -1, -1, headers
        )  # fmt: skip


def _decode_batch(batch: bytes) -> Iterator[_Record]:
    """Yield the records of a raw batch. Raise any exception for one that is malformed."""
    base, _, _, magic, _, attributes, _, first_ms, last_ms, _, _, _, count = _HEADER.unpack_from(batch)
    if magic != _MAGIC:
        raise ValueError(f"its format is {magic}")
    content = batch[_HEADER.size :]
    if codec := attributes & _CODEC:
        content = DECODERS[codec][1](content)
    appended = bool(attributes & _LOG_APPEND_TIME)
    place = 0
    for _ in range(count):
        size, place = _varint(content, place)
        delta_ms, at = _varint(content, place + 1)
        delta, at = _varint(content, at)
        key, at = _chunk(content, at)
        value, at = _chunk(content, at)
        headers, at = _headers(content, at)
        place += size
        if at != place:
            raise ValueError("a record is not as long as it says")
        timestamp = last_ms if appended else first_ms + delta_ms
        yield _Record(base + delta, timestamp, int(appended), key, value, headers)


def _headers(content: bytes, at: int) -> tuple[list[tuple[str, bytes | None]], int]:
    count, at = _varint(content, at)
    headers = []
    for _ in range(count):
        name, at = _chunk(content, at)
        value, at = _chunk(content, at)
        headers.append(((name or b"").decode("utf-8", "backslashreplace"), value))
    return headers, at


def _chunk(content: bytes, at: int) -> tuple[bytes | None, int]:
    size, at = _varint(content, at)
    if size < 0:
        return None, at
    if at + size > len(content):
        raise ValueError("a record ends behind its batch")
    return content[at : at + size], at + size


def _varint(content: bytes, at: int) -> tuple[int, int]:
    """Return a zigzag varint (protobuf's `sint64`) and where it ends. Raise IndexError when it is cut off."""
    number = shift = 0
    while True:
        byte = content[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return (number >> 1) ^ -(number & 1), at
        shift += 7
