"""The stores that every suite runs on: the fakes always, their real twins where marked."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from obstore.store import MemoryStore

from framewell_kit.documents import Documents, MemoryDocuments, MongoDocuments
from framewell_kit.objects import LocalObjects, MemoryObjects, Objects
from framewell_kit.objects.s3 import S3Objects
from framewell_kit.testing.s3_server import S3Server, s3_server


@pytest.fixture(params=["memory", pytest.param("mongo", marks=pytest.mark.integration)])
async def documents(request: pytest.FixtureRequest) -> AsyncIterator[Documents]:
    """An empty document store."""
    if request.param == "memory":
        yield MemoryDocuments()
        return
    store = MongoDocuments(request.getfixturevalue("database"), f"test_{uuid4().hex[:12]}")
    yield store
    store.close()


@pytest.fixture(scope="session")
def s3() -> Iterator[S3Server]:
    """A real S3 server."""
    with s3_server() as server:
        yield server


@pytest.fixture(params=["memory", "local", "obstore", "s3"])
def objects(request: pytest.FixtureRequest, tmp_path: Path) -> Objects:
    """An empty object store; S3's code runs on obstore's own store in memory, and on a server."""
    if request.param == "s3":
        server: S3Server = request.getfixturevalue("s3")
        return S3Objects(f"{server.url}/{uuid4().hex}", tmp_path, **server.options)
    if request.param == "memory":
        return MemoryObjects()
    if request.param == "local":
        return LocalObjects(tmp_path / "objects")
    return S3Objects("", tmp_path, store=MemoryStore())


@pytest.fixture(autouse=True)
def facts_of_any_content(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let protobuf facts pass whatever is in them: these tests send ingest.requested as any fact at all."""
    monkeypatch.setattr("framewell_contracts.foreign_events.check", lambda message: None)
    monkeypatch.setattr("framewell_contracts.cloudevents.problems_of", lambda message: ())
