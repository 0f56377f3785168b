"""The operator's code: made at the first start, and anew whenever the operator asks."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from framewell_gateway.domain.access_secrets import hashed, new_code
from framewell_gateway.ports.access import CodeFile, LocalTrust, SetupCodes, UserRepository
from framewell_gateway.telemetry import MESH_IS_LOCAL, SETUP_CODE_MADE
from framewell_kit.clock import Clock
from framewell_kit.telemetry import logger

VALID_FOR: Final = timedelta(hours=24)
log = logger(__name__)


@dataclass(frozen=True, slots=True)
class MakeSetupCode:
    """Make the one code that works from now on, keep its hash, and write it into the operator's file."""

    codes: SetupCodes
    file: CodeFile
    clock: Clock

    async def __call__(self) -> tuple[str, str]:
        """Return the code, and the file that holds it. Raises OSError where that cannot be written."""
        code = new_code()
        await self.codes.put(hashed(code), self.clock.now() + VALID_FOR)
        return code, self.file.write(code)


@dataclass(frozen=True, slots=True)
class BeginAccess:
    """At the start of a gateway: trust this machine only while there are no users and no tokens.

    Without users a code is made unless one is valid; with users a file that was left goes.
    """

    users: UserRepository
    codes: SetupCodes
    make: MakeSetupCode
    trust: LocalTrust
    clock: Clock
    has_tokens: bool
    can_sign: bool

    async def __call__(self) -> None:
        if await self.users.any():
            self.trust.close()
            self.make.file.remove()
            return
        if self.has_tokens:
            self.trust.close()
        else:
            self.trust.open()
            log.warning(MESH_IS_LOCAL, first_user="framewell users setup-code")
        if self.can_sign and not await self.codes.is_open(self.clock.now()):
            _, file = await self.make()
            log.info(SETUP_CODE_MADE, file=file)
