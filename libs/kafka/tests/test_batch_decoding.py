"""Batches are taken apart whatever is in them: as aiokafka does where it can, in bounded memory."""

import ast
import inspect
import json
import resource
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cramjam
import pytest
from aiokafka import TopicPartition
from aiokafka import codec as codecs
from aiokafka.consumer import fetcher
from aiokafka.record import util
from aiokafka.record._protocols import MemoryRecordsProtocol
from aiokafka.record.default_records import DefaultRecordBatchBuilder

from framewell_kafka.aiokafka_compat import batch_decoding
from framewell_kafka.aiokafka_compat.batch_decoding import (
    DECODERS,
    MAX_BATCH_BYTES,
    REASON_HEADER,
    BatchTooLarge,
)

PLACE = TopicPartition("t", 3)
CODECS = {"gzip": 1, "snappy": 2, "lz4": 3, "zstd": 4}
JSON = json.dumps([{"id": number, "title": "Evening news"} for number in range(2000)]).encode()
# 1.25 GiB of zeros where frames may follow each other.
FRAMES = 80
ZEROS = bytes(16 << 20)


@pytest.fixture(autouse=True)
def _installed() -> None:
    batch_decoding.install()


def batch(values: list[bytes], first: int = 0, *, codec: int = 0, name: str = "name") -> bytes:
    """A batch as a producer sends it; its first record has the offset."""
    builder = DefaultRecordBatchBuilder(
        magic=2, compression_type=codec, is_transactional=0, producer_id=-1, producer_epoch=-1,
        base_sequence=-1, batch_size=1 << 30,
    )  # fmt: skip
    for offset, value in enumerate(values):
        builder.append(offset, 1000 + offset, b"k", value, [(name, b"h"), ("null", None)])
    built = bytearray(builder.build())
    struct.pack_into(">q", built, 0, first)
    return bytes(built)


def sealed(content: bytes) -> bytes:
    """The batch with a checksum that fits what is in it."""
    return content[:17] + struct.pack(">I", util.calc_crc32c_py(content[21:])) + content[21:]


def bomb(frames: bytes, codec: int, *, first: int, count: int) -> bytes:
    """A batch of so many records whose compressed content is this."""
    built = bytearray(batch([b"v"] * count, first)[:61]) + frames
    struct.pack_into(">i", built, 8, len(built) - 12)
    struct.pack_into(">h", built, 21, codec)
    return sealed(bytes(built))


def read(fetched: bytes, offset: int = 0) -> list[Any]:
    """What a consumer gets of a fetch that begins there."""
    records = fetcher.MemoryRecords(fetched)
    return [*fetcher.PartitionRecords(PLACE, records, [], offset, None, None, True, 1)]


def contents(records: list[Any]) -> list[tuple[int, bytes | None]]:
    return [(record.offset, record.value) for record in records]


@pytest.mark.parametrize("name", CODECS)
def test_what_is_compressed_is_read_as_it_was_sent(name: str) -> None:
    encode, decode = getattr(codecs, f"{name}_encode"), dict(DECODERS.values())[name]
    for content in (b"", b"x", JSON, bytes(1 << 20), JSON * 40):
        assert decode(encode(content)) == content
    found = read(batch([JSON, b"", b"x"], codec=CODECS[name]))
    assert contents(found) == [(0, JSON), (1, b""), (2, b"x")]
    assert found[1].timestamp == 1001


def test_formats_that_only_some_senders_write_are_read() -> None:
    decode = dict(DECODERS.values())
    assert decode["snappy"](codecs.snappy_encode(JSON, xerial_compatible=False)) == JSON
    assert decode["gzip"](codecs.gzip_encode(b"one") + codecs.gzip_encode(b"two")) == b"onetwo"
    for content in (codecs.gzip_encode(JSON)[:-20], b"\x1f\x8b nonsense"):
        with pytest.raises((ValueError, zlib.error)):
            decode["gzip"](content)


@contextmanager
def memory(more: int) -> Iterator[None]:
    """This process gets so many bytes more and no others: what wants more than that fails."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + more, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def bombs() -> Iterator[tuple[str, bytes]]:
    yield "zstd", bytes(cramjam.zstd.compress(ZEROS)) * FRAMES
    yield "gzip", codecs.gzip_encode(ZEROS) * FRAMES
    yield "lz4", codecs.lz4_encode(ZEROS * 5)
    yield "snappy", codecs.snappy_encode(ZEROS * 5)


@pytest.mark.parametrize("name", CODECS)
def test_a_bomb_is_passed_in_bounded_memory_and_its_neighbours_are_read(name: str) -> None:
    frames = dict(bombs())[name]
    fetched = batch([b"before"]) + bomb(frames, CODECS[name], first=1, count=7) + batch([b"after"], 8)
    with memory(4 * MAX_BATCH_BYTES):
        found = read(fetched)
    assert contents(found) == [(0, b"before"), (7, None), (8, b"after")]
    ((header, reason),) = found[1].headers
    assert header == REASON_HEADER
    assert reason == b"t/3@1-7: it expands to more than 64 MiB"


def test_a_bomb_that_was_begun_is_passed_from_there() -> None:
    frames = bytes(cramjam.zstd.compress(ZEROS)) * FRAMES
    (passed,) = read(bomb(frames, CODECS["zstd"], first=10, count=5), offset=12)
    assert passed.offset == 14
    assert b"t/3@12-14" in passed.headers[0][1]


@pytest.mark.parametrize("codec", [0, *CODECS.values()])
def test_a_name_that_is_no_utf_8_hides_neither_its_record_nor_those_behind(codec: int) -> None:
    odd = batch([b"a", b"b"], 5, name="nam??")
    if codec:
        encode = dict(zip(CODECS.values(), CODECS, strict=True))[codec]
        content = getattr(codecs, f"{encode}_encode")(odd[61:].replace(b"nam??", b"nam\xff\xfe"))
        odd = bomb(content, codec, first=5, count=2)
    else:
        odd = sealed(odd.replace(b"nam??", b"nam\xff\xfe"))
    found = read(batch([b"1", b"2"]) + odd + batch([b"z"], 7))
    assert contents(found) == [(0, b"1"), (1, b"2"), (5, b"a"), (6, b"b"), (7, b"z")]
    assert list(found[2].headers) == [("nam\\xff\\xfe", b"h"), ("null", None)]
    assert (found[2].key, found[2].timestamp, found[2].timestamp_type) == (b"k", found[3].timestamp - 1, 0)


def test_a_batch_of_nonsense_is_passed_and_told() -> None:
    for content, codec in ((b"\xff" * 40, 0), (b"no gzip", 1), (b"", 4), (b"\x02", 0)):
        fetched = batch([b"1"]) + bomb(content, codec, first=1, count=3) + batch([b"z"], 4)
        assert contents(read(fetched)) == [(0, b"1"), (3, None), (4, b"z")]


def test_whatever_aiokafka_asks_of_its_records_is_there() -> None:
    """Its fetching ends for good over what is missing."""
    asked = {name for name in dir(MemoryRecordsProtocol) if not name.startswith("_")}
    fetched = batch([b"1"])
    ours = fetcher.MemoryRecords(fetched[:30])
    assert asked <= set(dir(ours))
    assert (ours.has_next(), ours.size_in_bytes()) == (False, 30)
    uses = {
        node.attr
        for node in ast.walk(ast.parse(inspect.getsource(fetcher)))
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) in ("records", "self._records")
    }
    assert {"has_next", "next_batch", "size_in_bytes"} <= uses
    assert uses - asked <= set(dir(dict)) | set(dir(list))


def test_what_came_damaged_over_the_wire_is_fetched_again() -> None:
    """It raises nothing: the poll would lose what it has of other partitions."""
    damaged = batch([b"2"], 1)[:-3] + b"???"
    records = fetcher.MemoryRecords(batch([b"1"]) + damaged + batch([b"3"], 2))
    fetched = fetcher.PartitionRecords(PLACE, records, [], 0, None, None, True, 1)
    assert contents([*fetched]) == [(0, b"1")]
    assert fetched.next_fetch_offset == 1


def test_a_bomb_is_refused_by_name() -> None:
    with pytest.raises(BatchTooLarge, match="more than 64 MiB"):
        dict(DECODERS.values())["lz4"](codecs.lz4_encode(bytes(MAX_BATCH_BYTES + 1)))
    assert len(dict(DECODERS.values())["lz4"](codecs.lz4_encode(bytes(MAX_BATCH_BYTES)))) == MAX_BATCH_BYTES
