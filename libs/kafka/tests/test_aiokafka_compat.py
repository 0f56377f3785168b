"""Each fails once aiokafka does by itself what `aiokafka_compat` patches in or adds: then the module goes."""

import subprocess
import sys

from aiokafka.protocol import group

UNPATCHED = """
from aiokafka import TopicPartition
from aiokafka.consumer.fetcher import PartitionRecords
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.memory_records import MemoryRecords
from aiokafka.record.util import calc_crc32c_py
import struct

builder = DefaultRecordBatchBuilder(
    magic=2, compression_type=0, is_transactional=0, producer_id=-1, producer_epoch=-1, base_sequence=-1,
    batch_size=1 << 20,
)
builder.append(0, timestamp=1, key=b"k", value=b"v", headers=[("nam??", b"h")])
batch = bytearray(bytes(builder.build()).replace(b"nam??", b"nam\\xff\\xfe"))
struct.pack_into(">I", batch, 17, calc_crc32c_py(bytes(batch[21:])))
records = PartitionRecords(TopicPartition("t", 0), MemoryRecords(bytes(batch)), [], 0, None, None, True, 1)
try:
    print(len([*records]))
except UnicodeDecodeError:
    print("raises")
"""


def test_aiokafka_still_raises_out_of_the_poll_for_a_name_that_is_no_utf_8() -> None:
    """`batch_decoding` decodes such a batch once more, less strictly."""
    printed = subprocess.run([sys.executable, "-c", UNPATCHED], capture_output=True, text=True, check=True)
    assert printed.stdout == "raises\n"


def test_aiokafka_still_cannot_remove_a_static_member() -> None:
    """`leave_group` adds version 3 of the request."""
    versions = [
        kind.API_VERSION for name, kind in vars(group).items() if name.startswith("LeaveGroupRequest_v")
    ]
    assert max(versions) < 3
