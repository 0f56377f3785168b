"""The gateway's signed statement of who it calls for: a JSON Web Token (RFC 7519, Ed25519 by RFC 9864).

It holds for one call: one service, one method, once, within a minute. So who sees one on the wire, or in a
service that was broken into, can neither ask that service again nor any other one. Single use is kept by each
process: a statement may be played once to each further replica of the same service within its minute.

joserfc signs and checks; Authlib, with which the gateway signs people in, stands on it. Our own is what a
statement says, and that it holds once.
"""

import threading
import uuid
from collections import deque
from collections.abc import Mapping
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import (
    BadSignatureError,
    ClaimError,
    ExpiredTokenError,
    JoseError,
    MissingClaimError,
    UnsupportedAlgorithmError,
)
from joserfc.jwk import GuestProtocol, OKPKey

from framewell_contracts.access import AuthenticationKind, Role
from framewell_contracts.sentences import say
from framewell_kit.clock import Clock
from framewell_kit.rpc.actor import LONGEST_PRINCIPAL, Caller
from framewell_kit.rpc.caller_keys import PUBLIC_KEYS_SETTING, WatchedFile, private_key, public_keys
from framewell_kit.rpc.refusals import Unauthenticated

SECONDS: Final = 60
LEEWAY_SECONDS: Final = 5
"""How far the clocks of two machines may be apart."""
ISSUER: Final = "gateway"
ALGORITHM: Final = "Ed25519"
TYPE: Final = "framewell-caller+jwt"
"""Says that it is no other JSON Web Token (RFC 8725, 3.11)."""
LONGEST: Final = 4096


class CallerSigner:
    """Signs statements with the private key in a file. Raises OSError or ValueError for one it cannot use."""

    def __init__(self, key_file: str, clock: Clock) -> None:
        self._key, self._clock = WatchedFile(key_file, private_key), clock
        self._key.get()

    def sign(self, calling: Caller, audience: str, method: str) -> str:
        """Return the statement for one call of a method (`/package.Service/Method`) of a service."""
        key, now = self._key.get(), int(self._clock.now().timestamp())
        claims = {
            "iss": ISSUER,
            "aud": audience,
            "sub": calling.principal[:LONGEST_PRINCIPAL],
            "role": str(calling.role),
            "auth": str(calling.authentication),
            "rid": calling.request_id,
            "method": method,
            "iat": now,
            "exp": now + SECONDS,
            "jti": uuid.uuid4().hex,
        }
        header = {"alg": ALGORITHM, "typ": TYPE, "kid": key.thumbprint()}
        return jwt.encode(header, claims, key, algorithms=[ALGORITHM])


class StatementCheck:
    """Reads statements made for one service, with the public keys in a file.

    Raises OSError or ValueError for a file it cannot use; later such a file refuses every call.
    """

    def __init__(self, public_keys_file: str, audience: str, clock: Clock) -> None:
        self._keys = WatchedFile(public_keys_file, public_keys)
        self._audience, self._clock = audience, clock
        self._used, self._ends, self._using = set[str](), deque[tuple[int, str]](), threading.Lock()
        self._keys.get()

    def caller(self, statement: str, method: str) -> Caller:
        """Return who the statement says calls this method. Raises Unauthenticated; takes each one once."""
        now = int(self._clock.now().timestamp())
        token = self._decoded(statement)
        if token.header.get("typ") != TYPE:
            raise _refused("it is a token for something else", "type")
        self._check(token.claims, method, now)
        found = _caller(token.claims)
        self._use(token.claims["jti"], int(token.claims["exp"]), now)
        return found

    def _decoded(self, statement: str) -> jwt.Token:
        if len(statement) > LONGEST:
            raise _refused("it is too long", "malformed")
        try:
            keys = self._keys.get()
        except (OSError, ValueError) as error:
            raise Unauthenticated(
                say(
                    "keys.unusable",
                    "who calls cannot be checked: this service cannot use the file of {setting}, put it "
                    "right",
                    setting=PUBLIC_KEYS_SETTING,
                ),
                "keys",
            ) from error
        try:
            return jwt.decode(statement, lambda one: _named(keys, one), algorithms=[ALGORITHM])
        except Unauthenticated:
            raise
        except UnsupportedAlgorithmError as error:
            raise _refused(f"it is not signed with {ALGORITHM}", "algorithm") from error
        except BadSignatureError as error:
            raise _refused("its signature does not hold", "signature") from error
        except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
            raise _refused("it is no signed statement", "malformed") from error

    def _check(self, claims: Mapping[str, Any], method: str, now: int) -> None:
        registry = jwt.JWTClaimsRegistry(
            now=now,
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": ISSUER},
            aud={"essential": True, "value": self._audience},
            method={"essential": True, "value": method},
            sub={"essential": True},
            role={"essential": True},
            iat={"essential": True},
            exp={"essential": True},
            jti={"essential": True},
        )
        try:
            registry.validate(dict(claims))
        except ExpiredTokenError as error:
            raise _refused("it has expired: are the clocks of both machines right?", "expired") from error
        except ClaimError as error:
            missing = isinstance(error, MissingClaimError) or error.claim not in _WRONG
            wrong = "claims" if missing else error.claim
            raise _refused(_WRONG[wrong], wrong) from error
        if isinstance(claims["aud"], list) or claims["exp"] - claims["iat"] > SECONDS:
            raise _refused("it would hold for more than one call", "lifetime")

    def _use(self, number: str, ends: int, now: int) -> None:
        with self._using:  # the Open Inference Protocol is served by threads
            while self._ends and self._ends[0][0] + LEEWAY_SECONDS < now:
                self._used.discard(self._ends.popleft()[1])
            if number in self._used:
                raise _refused("it was used before: each holds for one call", "replayed")
            self._used.add(number)
            self._ends.append((ends, number))


_WRONG: Final[Mapping[str, str]] = {
    "claims": "a part of it is missing or wrong",
    "aud": "it was made for another service",
    "method": "it was made for another method",
    "iss": "the gateway did not make it",
    "iat": "it was made in the future: are the clocks of both machines right?",
}


def _named(keys: Mapping[str, OKPKey], one: GuestProtocol) -> OKPKey:
    key = keys.get(str(one.headers().get("kid", "")))
    if key is None:
        raise _refused(f"it was signed with a key that is not in the file of {PUBLIC_KEYS_SETTING}", "key")
    return key


def _caller(claims: Mapping[str, Any]) -> Caller:
    try:
        role, kind = Role(claims["role"]), AuthenticationKind(claims["auth"])
    except (ValueError, KeyError, TypeError) as error:
        raise _refused("it names a role or a way of signing in that is not known here", "role") from error
    return Caller(
        claims["sub"][:LONGEST_PRINCIPAL], role, kind, str(claims.get("rid", ""))[:LONGEST_PRINCIPAL]
    )


def _refused(why: str, code: str) -> Unauthenticated:
    return Unauthenticated(
        say(
            "statement", "the statement of who calls (metadata framewell-caller) is not taken: {why}", why=why
        ),
        code,
    )
