"""One admin client serves every question, until it fails one: on the real broker."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaConnectionError

from framewell_embedded.broker import Broker
from framewell_embedded.running import running
from framewell_kafka import kept_admin
from framewell_kafka.broker_access import BrokerAccess
from framewell_kafka.broker_reach import BrokerUnusable
from framewell_kafka.kept_admin import KeptAdmin
from framewell_kit.testing.ports import port_base

pytestmark = pytest.mark.integration


class Clients:
    """How many admin clients were opened, and how many of them closed again."""

    def __init__(self) -> None:
        self.opened = self.closed = 0


@pytest.fixture
def clients(monkeypatch: pytest.MonkeyPatch) -> Clients:
    counted = Clients()

    class Counted(AIOKafkaAdminClient):  # type: ignore[misc]
        async def start(self) -> None:
            counted.opened += 1
            await super().start()

        async def close(self) -> None:
            await super().close()
            counted.closed += 1

    monkeypatch.setattr(kept_admin, "AIOKafkaAdminClient", Counted)
    return counted


@pytest.fixture
async def admin(broker: str) -> AsyncIterator[KeptAdmin]:
    async with KeptAdmin(BrokerAccess(broker)) as admin:
        yield admin


async def listed(client: Any) -> list[str]:
    return list(await client.list_topics())


async def test_all_questions_share_one_client_that_closes_at_the_end(
    admin: KeptAdmin, clients: Clients
) -> None:
    answers = await asyncio.gather(*(admin.ask(listed) for _ in range(5)))
    answers.append(await admin.ask(listed))
    assert [sorted(one) for one in answers] == [sorted(answers[0])] * 6
    assert (clients.opened, clients.closed) == (1, 0)
    await admin.close()
    assert (clients.opened, clients.closed) == (1, 1)
    with pytest.raises(BrokerUnusable, match="ends"):
        await admin.ask(listed)
    assert clients.opened == 1


async def test_a_question_that_fails_on_an_old_client_is_asked_once_more_on_a_new_one(
    admin: KeptAdmin, clients: Clients
) -> None:
    await admin.ask(listed)
    asked = list[Any]()

    async def fails_once(client: Any) -> str:
        asked.append(client)
        if len(asked) == 1:
            raise KafkaConnectionError("closed")
        return "answer"

    assert await admin.ask(fails_once) == "answer"
    assert asked[0] is not asked[1]
    assert (clients.opened, clients.closed) == (2, 1)


async def test_a_question_that_fails_on_a_new_client_is_not_asked_again(
    admin: KeptAdmin, clients: Clients
) -> None:
    asked = list[Any]()

    async def fails(client: Any) -> None:
        asked.append(client)
        raise KafkaConnectionError("closed")

    with pytest.raises(KafkaConnectionError):
        await admin.ask(fails)
    assert len(asked) == 1
    assert (clients.opened, clients.closed) == (1, 1)
    await admin.ask(listed)
    assert (clients.opened, clients.closed) == (2, 1)


async def test_a_client_that_kept_one_waiting_is_left_and_closed_when_the_others_have_their_answers(
    admin: KeptAdmin, clients: Clients
) -> None:
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def slow(client: Any) -> list[str]:
        asked.set()
        await go_on.wait()
        return await listed(client)

    async def never(client: Any) -> None:
        await asyncio.Event().wait()

    other = asyncio.create_task(admin.ask(slow))
    await asked.wait()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):  # time: it is never answered
            await admin.ask(never)
    await admin.ask(listed)
    assert (clients.opened, clients.closed) == (2, 0)
    go_on.set()
    await other
    assert (clients.opened, clients.closed) == (2, 1)


async def test_a_broker_that_comes_back_is_asked_again(tmp_path: Path, clients: Clients) -> None:
    base, log = port_base(), tmp_path / "broker.log"
    server = Broker(tmp_path, base, base + 1)
    async with KeptAdmin(BrokerAccess(server.bootstrap)) as admin:
        with running(server, log):
            await admin.ask(listed)
        with running(server, log):  # it went and came back while nobody asked
            await admin.ask(listed)
        with pytest.raises(BrokerUnusable, match="nothing listens there"):
            await admin.ask(listed)
        assert clients.closed == clients.opened
        with running(server, log):
            await admin.ask(listed)
        assert clients.closed < clients.opened
