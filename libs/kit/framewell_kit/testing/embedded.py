"""Pytest plugin: the embedded broker and database, started once per test session on free ports
(once per worker where pytest-xdist runs several).

Registered by the kit's package metadata, so every package's tests see the fixtures. Tests that use them are
marked `integration`. Both servers run in a temporary folder and end with the session, also when it is killed.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from framewell_embedded.broker import Broker
from framewell_embedded.database import Database
from framewell_embedded.running import running
from framewell_kit.testing.ports import port_base


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the bootstrap servers (`127.0.0.1:port`) of an empty broker; a test declares its topics."""
    folder = tmp_path_factory.mktemp("kafka")
    base = port_base()
    server = Broker(folder, base, base + 1)
    with running(server, folder / "broker.log"):
        yield server.bootstrap


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the connection URI (`mongodb://127.0.0.1:port`) of an empty document database."""
    folder = tmp_path_factory.mktemp("database")
    server = Database(folder, port_base())
    with running(server, folder / "database.log"):
        yield server.uri
