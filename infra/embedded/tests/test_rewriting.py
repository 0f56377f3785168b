"""What was deleted or replaced is nowhere in the file once that was written anew, while work goes on."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from framewell_embedded.database import Database
from framewell_embedded.ports import free_ports
from framewell_embedded.running import running, start, wait_until_ready

pytestmark = pytest.mark.integration

SECRET = "Karl-Erasmus-Querfeldein"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path, free_ports(1)[0])
    with running(database, tmp_path / "log"):
        yield database


def rewritten(client: MongoClient[dict[str, Any]]) -> bool:
    """Have everything written anew; return whether nothing of before is left."""
    answer = client.admin.command({"framewellCompact": 1})
    wanted = answer["asked"]
    while answer["done"] < wanted:
        time.sleep(0.05)
        answer = client.admin.command({"framewellCompact": 0})
    return bool(answer["complete"])


def filled(client: MongoClient[dict[str, Any]]) -> None:
    """Write documents whose text cannot be compressed away, some of them with the secret, which then go."""
    people = client["house"]["people"]
    people.create_index("name")
    people.insert_many([{"_id": f"p{n}", "name": f"{SECRET} {n}", "x": b"\0" * 500} for n in range(2000)])
    people.update_many({"_id": {"$in": ["p1", "p2"]}}, {"$set": {"name": "kept"}})
    people.delete_many({"name": {"$ne": "kept"}})


def test_nothing_that_was_deleted_is_left_in_the_file(server: Database) -> None:
    client: MongoClient[dict[str, Any]] = MongoClient(server.uri)
    file = server.folder / "mesh.db"
    filled(client)
    assert SECRET.encode() in file.read_bytes(), "the test proves nothing: the name was never readable there"
    assert rewritten(client)
    assert SECRET.encode() not in file.read_bytes()
    assert sorted(one["_id"] for one in client["house"]["people"].find({"name": "kept"})) == ["p1", "p2"]
    assert rewritten(client), "again, with nothing to do"


def test_work_goes_on_while_the_file_is_written_anew_and_survives_a_kill(tmp_path: Path) -> None:
    database = Database(tmp_path, free_ports(1)[0])
    process = start(database, tmp_path / "log")
    acknowledged: list[int] = []
    try:
        wait_until_ready(database, process, tmp_path / "log", seconds=60)
        client: MongoClient[dict[str, Any]] = MongoClient(database.uri)
        filled(client)
        ended = threading.Event()

        def write() -> None:
            while not ended.is_set():
                client["house"]["log"].insert_one({"_id": len(acknowledged)})
                acknowledged.append(len(acknowledged))

        writer = threading.Thread(target=write)
        writer.start()
        assert rewritten(client)
        written = len(acknowledged)
        client.admin.command({"framewellCompact": 1})
        ended.set()
        writer.join()
        assert written
    finally:
        process.kill()
        process.wait()
    with running(database, tmp_path / "log"):
        client = MongoClient(database.uri)
        assert client["house"]["log"].count_documents({}) >= len(acknowledged)
        assert client["house"]["people"].count_documents({}) == 2
