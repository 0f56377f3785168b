"""One admin client for as long as a process lives: opening one is two connections, and two logins."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from framewell_kafka.broker_access import BrokerAccess
from framewell_kafka.broker_reach import BrokerUnusable, reach

T = TypeVar("T")
Question = Callable[[Any], Awaitable[T]]


@dataclass(slots=True, eq=False)
class _Client:
    """An open client, and how many questions are being asked of it."""

    admin: Any
    asked: int = 0
    is_over: bool = False


@dataclass(slots=True, eq=False)
class KeptAdmin:
    """Opens its admin client for the first question, and anew for the one after a failure; `close` ends it.

    Any number of questions may be asked at once. A client that failed one, or kept one waiting for too long,
    is given no other, and is closed when nobody waits for it any more.
    """

    access: BrokerAccess
    _kept: _Client | None = field(default=None, init=False)
    _opening: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)
    _is_closed: bool = field(default=False, init=False)

    async def ask(self, question: Question[T]) -> T:
        """Return what a question comes to that is asked of the admin client and changes nothing.

        Where the client was open before, the question is asked twice at most: its broker may have gone since,
        and another one may answer. Raise BrokerUnusable, with the reason, where no broker can be used or
        after `close`, and KafkaError and OSError as the question does.
        """
        before = self._kept
        client = await self._client()
        try:
            return await self._asked(client, question)
        except (KafkaError, OSError):
            if client is not before:
                raise
        return await self._asked(await self._client(), question)

    async def close(self) -> None:
        """Close the client, once the questions that are being asked have been answered."""
        self._is_closed = True
        async with self._opening:
            if self._kept is not None:
                await self._forget(self._kept)

    async def __aenter__(self) -> "KeptAdmin":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _client(self) -> _Client:
        async with self._opening:
            if self._is_closed:
                raise BrokerUnusable("this process ends and asks the broker nothing more")
            if self._kept is None:
                self._kept = _Client(await self._opened())
            return self._kept

    async def _opened(self) -> Any:
        await reach(self.access)
        admin = AIOKafkaAdminClient(**self.access.client_options())
        try:
            await admin.start()
        except BaseException:
            await admin.close()
            raise
        return admin

    async def _asked(self, client: _Client, question: Question[T]) -> T:
        client.asked += 1
        try:
            return await question(client.admin)
        except BaseException:  # also where the time is up: what is late here may be late for ever
            client.is_over = True
            raise
        finally:
            client.asked -= 1
            if client.is_over:
                await self._forget(client)

    async def _forget(self, client: _Client) -> None:
        client.is_over = True
        if self._kept is client:
            self._kept = None
        if not client.asked:
            await client.admin.close()
