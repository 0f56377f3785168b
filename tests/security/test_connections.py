"""Who may connect, and which error others get, on a real broker that lets nobody in without proof."""

from __future__ import annotations

import asyncio
import contextlib
import os
import ssl
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from framewell.asset.v1.asset_pb2 import AssetRejected
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell.media.v1.media_pb2 import Work
from framewell_client import Unreachable
from framewell_client.events import EventPublisher
from framewell_contracts.fact_types import fact_type
from framewell_embedded.broker import Broker
from framewell_embedded.listeners import PlainListeners
from framewell_embedded.running import running
from framewell_kafka.access_table import grants
from framewell_kafka.broker_access import BrokerAccess
from framewell_kafka.broker_reach import BrokerUnusable, reach
from framewell_kit.clock import SystemClock
from framewell_kit.facts import Cause
from framewell_kit.stream import Publisher, Stage
from framewell_kit.testing.ports import port_base
from framewell_kit.testing.secured import ADMIN, Certificates, SecuredBroker
from framewell_kit.testing.streams import StreamBench
from framewell_kit.testing.waiting import eventually

pytestmark = pytest.mark.integration

GROUP = "ingest.accept_request"
REQUESTED, REJECTED = fact_type(IngestRequested).type, fact_type(AssetRejected).type
YESTERDAY = datetime.now(UTC) - timedelta(days=1)

Wrong = Callable[[SecuredBroker, Path], BrokerAccess]


@pytest.mark.parametrize("way", ["certificate", "SCRAM-SHA-512", "SCRAM-SHA-256"])
async def test_a_stage_works_over_tls_with_the_rights_of_the_table_and_no_more(
    secured: SecuredBroker, way: str
) -> None:
    name = f"ingest-{uuid4().hex[:6]}"
    access = (
        secured.with_certificate(name)
        if way == "certificate"
        else secured.with_login(name, "SCRAM-SHA-512" if way == "SCRAM-SHA-512" else "SCRAM-SHA-256")
    )

    async def reject(fact: IngestRequested, cause: Cause) -> Sequence[AssetRejected]:
        return [AssetRejected(work=Work(asset_id=fact.asset_id), uri=fact.uri)]

    async with StreamBench(secured.with_certificate(ADMIN)) as admin:
        await admin.declare(IngestRequested, AssetRejected, groups=[GROUP])
        secured.allow(name, [one for one in grants(admin.prefix) if one.who == "ingest"])
        await admin.publish(
            *[IngestRequested(asset_id=str(UUID(int=i)), uri="file:///x") for i in range(200)]
        )
        async with StreamBench(access, prefix=admin.prefix) as bench:
            runtime = await bench.run(Stage(GROUP, reject))
            await until_there(admin, REJECTED, 200)
            await bench.stop(runtime)
        assert len(await admin.events(REJECTED)) == 200
        assert await admin.committed(GROUP, REQUESTED) == 200


async def until_there(bench: StreamBench, topic: str, count: int) -> None:
    async def there() -> bool:
        return len(await bench.records(topic)) >= count

    await eventually(there, every=0.2)


def other_authority(secured: SecuredBroker, folder: Path) -> BrokerAccess:
    return replace(secured.with_certificate("alice"), ca=str(Certificates(folder).ca))


def foreign_certificate(secured: SecuredBroker, folder: Path) -> BrokerAccess:
    certificate, key = Certificates(folder).client("alice")
    return replace(secured.with_certificate("alice"), certificate=str(certificate), key=str(key))


def other_name(secured: SecuredBroker, folder: Path) -> BrokerAccess:
    return replace(secured.with_certificate("alice"), servers=f"localhost:{secured.broker.port}")


def no_certificate(secured: SecuredBroker, folder: Path) -> BrokerAccess:
    return replace(secured.with_certificate("alice"), certificate="", key="")


def expired_certificate(secured: SecuredBroker, folder: Path) -> BrokerAccess:
    return secured.with_certificate("alice", expires=YESTERDAY)


def wrong_password(secured: SecuredBroker, folder: Path) -> BrokerAccess:
    return replace(secured.with_login("bob"), password="swordfish")


def unknown_user(secured: SecuredBroker, folder: Path) -> BrokerAccess:
    return replace(secured.with_login("bob"), user="nobody")


def unknown_mechanism(secured: SecuredBroker, folder: Path) -> BrokerAccess:
    return replace(secured.with_login("bob"), mechanism="PLAIN")


def no_login(secured: SecuredBroker, folder: Path) -> BrokerAccess:
    return replace(secured.with_certificate("alice"), servers=secured.with_login("bob").servers)


def login_where_none_is_taken(secured: SecuredBroker, folder: Path) -> BrokerAccess:
    known = secured.with_certificate("bob")
    return replace(
        secured.with_login("bob"), servers=known.servers, certificate=known.certificate, key=known.key
    )


def no_tls(secured: SecuredBroker, folder: Path) -> BrokerAccess:
    return BrokerAccess(secured.with_certificate("alice").servers)


WRONG: list[tuple[Wrong, str]] = [
    (other_authority, "an authority we do not trust"),
    (foreign_certificate, "refuses us in the TLS handshake"),
    (other_name, "a certificate for another name"),
    (no_certificate, "we show no certificate"),
    (expired_certificate, "has it expired"),
    (wrong_password, "refuses the login of bob"),
    (unknown_user, "refuses the login of nobody"),
    (unknown_mechanism, "takes no login with PLAIN"),
    (no_login, "it may expect a login"),
    (login_where_none_is_taken, "takes no login on this port"),
    (no_tls, "it may expect TLS"),
]


@pytest.mark.parametrize(("wrong", "message"), WRONG, ids=[wrong.__name__ for wrong, _ in WRONG])
async def test_whoever_is_not_let_in_is_told_why_at_once(
    secured: SecuredBroker, tmp_path: Path, wrong: Wrong, message: str
) -> None:
    access = wrong(secured, tmp_path)
    started = time.monotonic()
    publisher = Publisher(access, source="/test", clock=SystemClock())
    with pytest.raises(BrokerUnusable, match=message) as refused:
        await publisher.start()
    assert time.monotonic() - started < 30
    assert "swordfish" not in str(refused.value)
    with pytest.raises(Unreachable, match=message):
        async with EventPublisher("/test", kafka=access):
            pass


async def test_a_tls_client_at_a_plaintext_port_is_told(secured: SecuredBroker, broker: str) -> None:
    for access in (secured.with_certificate("alice"), secured.with_login("bob")):
        with pytest.raises(BrokerUnusable, match="a plaintext listener"):
            await reach(replace(access, servers=broker))


async def test_an_expired_certificate_of_the_broker_is_told(secured: SecuredBroker) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(secured.certificates.server("127.0.0.1", expires=YESTERDAY))
    async with served(context) as address:
        with pytest.raises(BrokerUnusable, match="not valid now"):
            await reach(replace(secured.with_certificate("alice"), servers=address))


async def test_a_broker_that_says_nothing_is_not_waited_for(secured: SecuredBroker) -> None:
    async with served(None) as address:
        for access in (BrokerAccess(address), replace(secured.with_certificate("alice"), servers=address)):
            with pytest.raises(BrokerUnusable, match=r"does not answer within 0\.5 s"):
                await reach(access, within=0.5)


@contextlib.asynccontextmanager
async def served(context: ssl.SSLContext | None) -> AsyncIterator[str]:
    """A listener that takes every connection and says nothing."""

    async def nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(nothing, "127.0.0.1", 0, ssl=context)
    try:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


async def test_a_bootstrap_server_that_names_brokers_out_of_reach_is_told(tmp_path: Path) -> None:
    port = port_base()
    controller_port, nowhere = port + 1, port + 2
    elsewhere = Broker(tmp_path / "kafka", port, controller_port, ListenersThatLie(nowhere))
    lie = f"127.0.0.1:{nowhere}, named by 127.0.0.1:{port}"
    with running(elsewhere, tmp_path / "log"), pytest.raises(BrokerUnusable, match=lie):
        await reach(BrokerAccess(elsewhere.bootstrap))


@dataclass(frozen=True)
class ListenersThatLie(PlainListeners):
    """Listens where it should and tells clients another port."""

    nowhere: int

    def properties(self, port: int, controller_port: int) -> Mapping[str, str]:
        address = PlainListeners.properties(self, self.nowhere, controller_port)["advertised.listeners"]
        return {**PlainListeners.properties(self, port, controller_port), "advertised.listeners": address}


@pytest.mark.parametrize("way", ["certificate", "login"])
def test_the_command_speaks_tls_and_says_why_it_cannot(
    secured: SecuredBroker, tmp_path: Path, way: str
) -> None:
    def framewell(access: BrokerAccess, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "framewell_cli.main", *arguments],
            env={**os.environ, **secured.environment(access)}, capture_output=True, text=True, check=False,
        )  # fmt: skip

    good = secured.with_certificate(ADMIN) if way == "certificate" else secured.with_login(ADMIN)
    diff = framewell(good, "topics", "diff", "--json", "--prefix", "nowhere.")
    assert diff.returncode == 1, diff.stderr
    assert "framewell.ingest.requested.v1" in diff.stdout
    assert framewell(good, "events", "tail", "--prefix", "nowhere.").returncode == 0
    wrong = framewell(replace(good, ca=str(Certificates(tmp_path).ca)), "topics", "diff")
    assert wrong.returncode == 3
    assert "an authority we do not trust" in wrong.stderr
    assert "Traceback" not in wrong.stderr
    unsafe = framewell(replace(good, ca=str(tmp_path / "missing.pem")), "topics", "diff")
    assert unsafe.returncode == 2
    assert "missing.pem" in unsafe.stderr


async def test_a_renewed_password_is_used_without_a_restart(secured: SecuredBroker, tmp_path: Path) -> None:
    kept = tmp_path / "password"
    kept.write_text("old and wrong")
    good = secured.with_login("carol")
    access = replace(good, password="", password_file=str(kept))
    with pytest.raises(BrokerUnusable, match="refuses the login"):
        await reach(access)
    kept.write_text(good.password + "\n")
    await reach(access)
