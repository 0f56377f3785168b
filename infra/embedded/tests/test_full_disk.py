"""A database that cannot write its file any more ends, instead of answering everybody with an error."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

import pytest
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from framewell_embedded.database import Database
from framewell_embedded.running import running, start, wait_until_ready
from framewell_kit.testing.ports import port_base
from framewell_kit.testing.waiting import PATIENCE

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits another process (prlimit)"),
]

ROOM_BYTES = 300_000
CANNOT_WRITE = 3


def _insert_until_refused(uri: str) -> set[int]:
    """Numbers of the documents that were acknowledged."""
    acknowledged: set[int] = set()
    with MongoClient(uri, serverSelectionTimeoutMS=2000, retryWrites=False) as client:
        documents = client["full"]["documents"]
        for number in range(100_000):
            try:
                documents.insert_one({"_id": number, "text": f"{number} " * 50})
            except PyMongoError:
                break
            acknowledged.add(number)
    return acknowledged


def test_a_database_without_room_ends_and_has_all_it_acknowledged_when_there_is_room(tmp_path: Path) -> None:
    server, log = Database(tmp_path / "database", port_base()), tmp_path / "log"
    server.prepare()
    process = start(server, log)
    try:
        wait_until_ready(server, process, log, seconds=PATIENCE)
        limit = (server.folder / "mesh.db").stat().st_size + ROOM_BYTES
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (limit, limit))
        acknowledged = _insert_until_refused(server.uri)
        assert process.wait(timeout=PATIENCE) == CANNOT_WRITE
    finally:
        process.kill()
        process.wait()
    assert "Make room on its disk and start it again" in log.read_text().splitlines()[-1]
    with running(server, log), MongoClient(server.uri) as client:
        stored = {one["_id"] for one in client["full"]["documents"].find({}, {"_id": 1})}
    assert acknowledged
    assert acknowledged - stored == set()
