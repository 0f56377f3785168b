"""POST /v1/setup: the operator's code makes an administrator; from the first one on the mesh has users."""

from dataclasses import dataclass
from typing import Final

from framewell.access.v1.access_pb2 import AccessChange
from framewell.gateway.v1.access_pb2 import SetUpRequest
from framewell_contracts.access import Role
from framewell_contracts.sentences import say
from framewell_gateway.domain.access_secrets import code_of, hashed
from framewell_gateway.domain.attempt_limits import CODES_OF_SOURCE
from framewell_gateway.domain.users import State, User
from framewell_gateway.ports.access import Denied, Hasher, LocalTrust, SetupCodes, UserRepository
from framewell_gateway.steps.begin_session import BeginSession, Begun
from framewell_gateway.steps.check_new_account import new_login, require_password
from framewell_gateway.steps.limit_attempts import LimitAttempts
from framewell_gateway.steps.note_access import NoteAccess, nobody
from framewell_kit.clock import Clock
from framewell_kit.outcomes import Conflict

_REFUSED: Final = say(
    "setup_code",
    "the code is wrong, was used or is older than a day: `framewell users setup-code` on the "
    "mesh's machine makes another",
)
_NO_SIGNER: Final = say(
    "no_signer",
    "this mesh cannot have users: its services would not know who calls. Set "
    "FRAMEWELL_CALLER_KEY_FILE and FRAMEWELL_CALLER_PUBLIC_KEYS_FILE (`framewell up` does), and"
    " start it again",
)


@dataclass(frozen=True, slots=True)
class SetUp:
    """Make an administrator of whoever has the operator's code.

    Of two that come with the same code one is made. The loopback loses its trust before the account counts:
    a process that dies in between leaves a mesh that asks everybody. Raises Denied for a wrong code, Conflict
    for a login that is taken and where services cannot know callers, InvalidField, TooMany.
    """

    users: UserRepository
    codes: SetupCodes
    hasher: Hasher
    limit: LimitAttempts
    begin: BeginSession
    note: NoteAccess
    trust: LocalTrust
    clock: Clock
    can_sign: bool

    async def __call__(self, request: SetUpRequest, source: str) -> Begun:
        if not self.can_sign:
            raise Conflict(_NO_SIGNER)
        login = new_login(request.login)
        require_password(request.password, login)
        user = User(
            user_id=login.user_id,
            login=login.text,
            name=request.name.strip(),
            role=Role.VIEWER,
            state=State.ACTIVE,
            created_at=self.clock.now(),
        )
        await self.limit.count_from(CODES_OF_SOURCE, source)
        code = hashed(code_of(request.code))
        if not await self.codes.is_valid(code, self.clock.now()):
            raise await self._refused(source)
        if await self.users.any() and await self.users.get(user.user_id) is not None:
            raise Conflict(say("login_taken", "the login {login} is taken: choose another", login=user.login))
        password = await self.hasher.hash(request.password, source)
        if not await self.codes.take(code, self.clock.now()):
            raise await self._refused(source)
        await self.limit.take_back_from(CODES_OF_SOURCE, source)
        return await self._make(user, password, source)

    async def _make(self, user: User, password: str, source: str) -> Begun:
        if not await self.users.add(user):
            raise Conflict(
                say(
                    "login_taken.setup",
                    "the login {login} is taken: get another code, and choose another login",
                    login=user.login,
                )
            )
        await self.users.set_password(user.user_id, password)
        self.trust.close()
        await self.users.promote(user.user_id)
        made = await self.users.get(user.user_id)
        if made is None:
            raise Conflict(
                say("account_removed", "the account {login} was removed meanwhile", login=user.login)
            )
        return await self.begin(made, source, AccessChange.ACCESS_CHANGE_SET_UP)

    async def _refused(self, source: str) -> Denied:
        await self.note(AccessChange.ACCESS_CHANGE_CODE_REFUSED, by=nobody(), source=source)
        return Denied(_REFUSED, "setup_code")
