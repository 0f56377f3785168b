"""Passwords by argon2id (RFC 9106), two at a time, in threads: each takes 64 MiB and a core for a moment."""

import asyncio
import secrets
from collections.abc import Callable
from contextlib import suppress
from typing import Final, ParamSpec, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from framewell_contracts.sentences import say
from framewell_gateway.adapters.fair_turns import FairTurns
from framewell_gateway.domain.passwords import password_of

AT_ONCE: Final = 2
MOST_WAITING: Final = 40
_BUSY: Final = say("sign_ins_busy", "too many people sign in at this moment: try again")

P = ParamSpec("P")
R = TypeVar("R")


class ArgonHasher:
    """`Hasher` by argon2-cffi, with the parameters that RFC 9106 recommends for little memory."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turns = FairTurns(AT_ONCE, MOST_WAITING, _BUSY)
        self._nobodys = ""

    async def hash(self, password: str, source: str = "") -> str:
        """See Hasher."""
        return await self._in_turn(source, self._hash, password)

    async def verify(self, kept: str, password: str, source: str = "") -> bool:
        """See Hasher."""
        return await self._in_turn(source, self._verify, kept, password)

    def is_outdated(self, kept: str) -> bool:
        """See Hasher."""
        return self._hasher.check_needs_rehash(kept)

    async def _in_turn(self, source: str, work: Callable[P, R], *arguments: P.args, **named: P.kwargs) -> R:
        async with self._turns.turn(source):
            return await asyncio.to_thread(work, *arguments, **named)

    def _hash(self, password: str) -> str:
        return self._hasher.hash(_bytes(password))

    def _verify(self, kept: str, password: str) -> bool:
        if not kept:  # the time it takes must not tell who has an account
            self._nobodys = self._nobodys or self._hasher.hash(secrets.token_bytes(32))
        with suppress(VerificationError, InvalidHashError):
            self._hasher.verify(kept or self._nobodys, _bytes(password))
            return bool(kept)
        return False


def _bytes(password: str) -> bytes:
    return password_of(password).encode("utf-8", "surrogatepass")
