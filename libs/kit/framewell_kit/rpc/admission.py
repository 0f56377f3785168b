"""Who is let in at a gRPC server, and what they may call there: one door for every method of every service.

| what the call brings | who calls |
|---|---|
| `framewell-caller`: a statement signed by the gateway | whom it names, in the role it names |
| `authorization: Bearer <token>`, one of FRAMEWELL_TOKENS | the token's owner |
| neither, or `framewell-actor`, while the loopback is trusted | `local`, or whom it names, as `local` |
| anything else | nobody: UNAUTHENTICATED |

The loopback is trusted without tokens and without callers' keys; with keys only while the gateway says so
(`LocalMode`). What a role may call stands in `framewell_contracts.access`; a method that is not in that table
is refused to everybody.
"""

import hmac
from collections.abc import Mapping
from typing import Final

from framewell_contracts.access import METHODS, AuthenticationKind, Role, Rule, owner_of
from framewell_contracts.sentences import say
from framewell_kit.rpc.actor import AUTHORIZATION, CALLER, DECLARED_ACTOR, LONGEST_PRINCIPAL, Caller
from framewell_kit.rpc.local_mode import LocalMode
from framewell_kit.rpc.refusals import NotAllowed, Unauthenticated
from framewell_kit.rpc.statements import StatementCheck
from framewell_kit.telemetry import logger
from framewell_kit.telemetry.metrics import CALLS_REFUSED

log = logger(__name__)

LOCAL: Final = Caller(Role.LOCAL, Role.LOCAL, AuthenticationKind.LOCAL)


class Admission:
    """The door of one process.

    `tokens` are `{token: "principal/role"}`; raises UnknownRole for a role that nobody may be given.
    `statements` checks what the gateway signed, None where no keys are set; `local_mode` says whether this
    machine is trusted beside them, None: never.
    """

    def __init__(
        self,
        tokens: Mapping[str, str] | None = None,
        statements: StatementCheck | None = None,
        local_mode: LocalMode | None = None,
        methods: Mapping[str, Rule] = METHODS,
    ) -> None:
        self._owners = {token: owner_of(owner) for token, owner in (tokens or {}).items()}
        self._statements, self._local_mode, self._methods = statements, local_mode, methods

    @property
    def may_trust_loopback(self) -> bool:
        """Return whether a caller may be let in without any proof, now or later."""
        return not self._owners and (self._statements is None or self._local_mode is not None)

    def is_open(self, method: str) -> bool:
        """Return whether everybody may call a method, without saying who they are."""
        rule = self._methods.get(method)
        return rule is not None and rule.everybody

    def admit(self, method: str, metadata: Mapping[str, str]) -> Caller:
        """Return who calls a method with this metadata. Raises Unauthenticated and NotAllowed.

        A refusal is counted and logged, without what the caller brought. Who calls a method that changes
        something is logged.
        """
        calling = None
        try:
            calling = self._known(method, metadata)
            self.authorise(calling, method)
        except (Unauthenticated, NotAllowed) as refusal:
            CALLS_REFUSED.add(1, {"reason": refusal.code})
            by = {} if calling is None else {"principal": calling.principal, "role": calling.role}
            log.warning("call refused", method=method, reason=refusal.code, **by)
            raise
        if self._methods[method].changes:
            log.info(
                "call admitted",
                method=method,
                principal=calling.principal,
                role=calling.role,
                authentication=calling.authentication,
                request_id=calling.request_id,
            )
        return calling

    def authorise(self, calling: Caller, method: str) -> None:
        """Raise NotAllowed where the role of the caller may not call a method, naming who may."""
        rule = self._methods.get(method)
        if rule is None:
            raise NotAllowed(
                say(
                    "role.method_unlisted",
                    "{method} is in no table of access: nobody may call it",
                    method=method,
                )
            )
        if not rule.allows(calling.role):
            raise NotAllowed(
                say(
                    "role.method",
                    "{login} has the role '{role}'; {method} takes the role {needed}: ask an "
                    "administrator for "
                    "it, or use a token that has it",
                    login=calling.principal,
                    role=calling.role,
                    method=method.rpartition("/")[2],
                    needed=rule.words,
                )
            )

    def _known(self, method: str, metadata: Mapping[str, str]) -> Caller:
        statement = metadata.get(CALLER, "")
        if statement:
            return self._stated(statement, method)
        if self._owners:
            return self._owner(metadata.get(AUTHORIZATION, ""))
        if self._trusts_loopback():
            said = metadata.get(DECLARED_ACTOR, "")[:LONGEST_PRINCIPAL]
            return Caller(said, LOCAL.role, LOCAL.authentication) if said else LOCAL
        raise Unauthenticated(
            say(
                "missing.own_services",
                "this mesh asks who calls, and this address is for its own services: call through the "
                "gateway, with a token of yours",
            ),
            "missing",
        )

    def _stated(self, statement: str, method: str) -> Caller:
        if self._statements is None:
            raise Unauthenticated(
                say(
                    "keys.none",
                    "this service takes no statements of who calls: set FRAMEWELL_CALLER_PUBLIC_KEYS_FILE",
                ),
                "keys",
            )
        calling = self._statements.caller(statement, method)
        if calling.role is Role.LOCAL and not self._trusts_loopback():
            raise Unauthenticated(
                say("local", "nobody is believed for being on this machine any more: sign in"), "local"
            )
        return calling

    def _owner(self, authorization: str) -> Caller:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated(
                say(
                    "missing.metadata", "a token is needed: send the metadata 'authorization: Bearer <token>'"
                ),
                "missing",
            )
        found = None
        for known, owner in self._owners.items():  # all of them, so that the time taken gives nothing away
            if hmac.compare_digest(known.encode(), token.encode("utf-8", "surrogatepass")):
                found = owner
        if found is None:
            raise Unauthenticated(
                say("token.unknown", "the token is not one of this mesh's: ask its operator for yours"),
                "token",
            )
        principal, role = found
        kind = AuthenticationKind.SERVICE if role is Role.SERVICE else AuthenticationKind.TOKEN
        return Caller(principal, role, kind)

    def _trusts_loopback(self) -> bool:
        if not self.may_trust_loopback:
            return False
        return self._local_mode is None or self._local_mode.is_open()
