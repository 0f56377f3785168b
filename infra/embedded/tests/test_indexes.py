"""The embedded database answers from its indexes, and what they say is what a full reading says."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient, ReturnDocument
from pymongo.collection import Collection

from framewell_embedded.database import Database
from framewell_embedded.ports import free_ports
from framewell_embedded.running import running, start, wait_until_ready

pytestmark = pytest.mark.integration

INDEXES = (("queue", "put_at"), ("tags",), ("n",), ("deep.x", "n"))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    folder = tmp_path_factory.mktemp("indexed")
    database = Database(folder, free_ports(1)[0])
    with running(database, folder / "log"):
        yield database


def connected(server: Database) -> MongoClient[dict[str, Any]]:
    return MongoClient(server.uri)


def indexed(client: Any, name: str) -> Any:
    collection = client["indexes"][name]
    for fields in INDEXES:
        collection.create_index([(field, 1) for field in fields])
    return collection


def a_document(chance: random.Random, number: int) -> dict[str, Any]:
    document: dict[str, Any] = {
        "_id": f"d{number}",
        "queue": chance.choice(["waiting", "waiting/live", "run\x00ning", "done", None, True]),
        "put_at": chance.randrange(50),
        "tags": chance.choice([[], ["a"], ["a", "b"], "a", ["b", "a", "a"]]),
        "n": chance.choice([-2, -1.5, 0, 1, 1.0, 2**40, "1", False]),
        "deep": chance.choice([{"x": 1}, {"x": [1, 2]}, {}, {"x": "y"}]),
    }
    if chance.random() < 0.2:
        del document["queue"]
    return document


def a_query(chance: random.Random) -> dict[str, Any]:
    conditions: list[dict[str, Any]] = [
        {
            "queue": chance.choice(
                ["waiting", "done", "run\x00ning", True, None, {"$in": ["done", "waiting"]}]
            )
        },
        {"queue": {"$in": ["waiting", None]}},
        {"queue": {"$ne": "done"}},
        {"put_at": {"$gte": 25}},
        {"tags": chance.choice(["a", "b", [], ["a", "b"], {"$in": ["a", "b"]}])},
        {"n": chance.choice([1, 1.0, -1.5, "1", False, {"$gt": 0}, {"$eq": 0}])},
        {"deep.x": chance.choice([1, 2, "y", {"$exists": False}])},
        {"_id": chance.choice(["d1", "d30", "nothing", {"$in": ["d1", "d2"]}])},
    ]
    query: dict[str, Any] = {}
    for condition in chance.sample(conditions, chance.randrange(1, 4)):
        query.update(condition)
    return query


@pytest.mark.parametrize("seed", range(3))
def test_what_an_index_finds_is_what_reading_everything_finds(server: Database, seed: int) -> None:
    chance = random.Random(seed)
    with connected(server) as client:
        collection, plain = indexed(client, f"with{seed}"), client["indexes"][f"without{seed}"]
        for number in range(60):
            document = a_document(chance, number)
            for one in (collection, plain):
                one.insert_one(dict(document))
        for step in range(150):
            changed = a_document(chance, chance.randrange(70))
            name, query = changed.pop("_id"), a_query(chance)
            for one in (collection, plain):
                if step % 10 == 0:
                    one.delete_one({"_id": name})
                elif step % 3 == 0:
                    one.replace_one({"_id": name}, changed, upsert=True)
                else:
                    one.update_one({"_id": name}, {"$set": {"queue": changed.get("queue")}})
            found = {one["_id"] for one in collection.find(query)}
            assert found == {one["_id"] for one in plain.find(query)}, query
            assert collection.count_documents(query) == len(found)
            ordered = [one["put_at"] for one in collection.find({"queue": "waiting"}, sort=[("put_at", 1)])]
            assert ordered == sorted(ordered)


def test_the_oldest_of_a_queue_is_claimed_first(server: Database) -> None:
    with connected(server) as client:
        queue = indexed(client, "queue")
        ages = random.Random(1).sample(range(-50, 50), 60)
        queue.insert_many([{"_id": f"j{n}", "queue": "waiting", "put_at": age} for n, age in enumerate(ages)])
        claimed = []
        while one := queue.find_one_and_update(
            {"queue": "waiting"},
            {"$set": {"queue": "running"}},
            sort=[("put_at", 1)],
            return_document=ReturnDocument.AFTER,
        ):
            claimed.append(one["put_at"])
        assert claimed == sorted(ages)


def test_a_claim_and_a_compare_and_set_do_not_read_the_whole_collection(server: Database) -> None:
    with connected(server) as client:
        many = indexed(client, "many")
        many.insert_many(
            [{"_id": str(n), "queue": "done", "plain": "done", "put_at": n} for n in range(20_000)]
        )

        def seconds(query: dict[str, Any]) -> float:
            """The quickest of many: what a busy machine delays is not counted."""
            tries = []
            for _ in range(20):
                began = time.perf_counter()
                many.find_one_and_update(query, {"$set": {"m": 1}})
                tries.append(time.perf_counter() - began)
            return min(tries)

        everything = seconds({"plain": "none"})
        assert seconds({"queue": "none"}) < everything / 3
        assert seconds({"plain": "none", "_id": "17"}) < everything / 3


def test_an_index_that_is_made_while_others_write_misses_nothing_and_disturbs_nobody(
    server: Database,
) -> None:
    with connected(server) as client, ThreadPoolExecutor(4) as writers:
        for number in range(20):
            collection = client["indexes"][f"busy{number}"]

            def write(writer: int, collection: Collection[dict[str, Any]] = collection) -> None:
                for n in range(25):
                    collection.insert_one({"_id": f"{writer}/{n}", "queue": "waiting", "put_at": n, "n": n})

            collection.insert_one({"_id": "first", "queue": "waiting", "put_at": 0, "n": 0})
            writing = [writers.submit(write, writer) for writer in range(4)]
            indexed(client, f"busy{number}")
            for one in writing:
                one.result()
            assert collection.count_documents({"queue": "waiting"}) == 101


def test_an_index_survives_a_kill(tmp_path: Path) -> None:
    database = Database(tmp_path / "data", free_ports(1)[0])
    database.prepare()
    for round_number in range(2):
        process = start(database, tmp_path / "log")
        try:
            wait_until_ready(database, process, tmp_path / "log", seconds=90)
            with connected(database) as client:
                collection = indexed(client, "c")
                collection.insert_many(
                    [{"_id": f"{round_number}/{n}", "queue": "waiting", "put_at": n} for n in range(50)]
                )
                collection.update_one({"_id": f"{round_number}/7"}, {"$set": {"queue": "done"}})
                assert collection.count_documents({"queue": "waiting"}) == 49 * (round_number + 1)
                assert collection.count_documents({"queue": "done"}) == round_number + 1
        finally:
            process.kill()
            process.wait()
