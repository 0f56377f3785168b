"""The stores that every suite runs on: the fakes always, their real twins where marked."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
from obstore.store import MemoryStore

from framewell_kit.documents import Documents, MemoryDocuments, MongoDocuments
from framewell_kit.objects import LocalObjects, MemoryObjects, Objects
from framewell_kit.objects.s3 import S3Objects


@pytest.fixture(params=["memory", pytest.param("mongo", marks=pytest.mark.integration)])
async def documents(request: pytest.FixtureRequest) -> AsyncIterator[Documents]:
    """An empty document store."""
    if request.param == "memory":
        yield MemoryDocuments()
        return
    store = MongoDocuments(request.getfixturevalue("database"), f"test_{uuid4().hex[:12]}")
    yield store
    store.close()


@pytest.fixture(params=["memory", "local", "obstore"])
def objects(request: pytest.FixtureRequest, tmp_path: Path) -> Objects:
    """An empty object store; S3's code runs on obstore's own store in memory."""
    if request.param == "memory":
        return MemoryObjects()
    if request.param == "local":
        return LocalObjects(tmp_path / "objects")
    return S3Objects("", tmp_path, store=MemoryStore())


@pytest.fixture(autouse=True)
def facts_of_any_content(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let protobuf facts pass whatever is in them: these tests send ingest.requested as any fact at all."""
    monkeypatch.setattr("framewell_contracts.cloudevents.check", lambda message: None)
    monkeypatch.setattr("framewell_contracts.cloudevents.problems_of", lambda message: ())
