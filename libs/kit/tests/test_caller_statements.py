"""What the gateway signs holds for one call, and nothing else counts as its word."""

from __future__ import annotations

import base64
import hmac
import json
import os
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OKPKey, RSAKey

from framewell_contracts.access import AuthenticationKind, Role
from framewell_kit.rpc import Caller
from framewell_kit.rpc.refusals import Unauthenticated
from framewell_kit.rpc.statements import SECONDS, TYPE, CallerSigner, StatementCheck
from framewell_kit.testing.clocks import START, HeldClock

METHOD = "/framewell.ingest.v1.IngestService/RemoveAsset"
ANNA = Caller("anna", Role.CURATOR, AuthenticationKind.SESSION, "r-1")


class House:
    """A gateway with its key, and the file of public keys that services read."""

    def __init__(self, folder: Path) -> None:
        self.clock = HeldClock()
        self.private, self.public = folder / "caller.key", folder / "caller.pub"
        self.key = OKPKey.generate_key("Ed25519")
        self.written = 0
        self.write(self.private, self.key.as_pem(private=True))
        self.write(self.public, self.key.as_pem(private=False))
        self.signer = CallerSigner(str(self.private), self.clock)

    def write(self, path: Path, text: bytes) -> None:
        """Write a file as an operator does, whole; later than it was written before."""
        path.write_bytes(text)
        self.written += 1
        os.utime(path, ns=(self.written, self.written))

    def check(self, service: str = "ingest") -> StatementCheck:
        return StatementCheck(str(self.public), service, self.clock)

    def claims(self, **also: Any) -> dict[str, Any]:
        now = int(START.timestamp())
        made = {
            "iss": "gateway", "aud": "ingest", "sub": "anna", "role": "curator", "auth": "session",
            "rid": "r-1", "method": METHOD, "iat": now, "exp": now + SECONDS, "jti": os.urandom(8).hex(),
        }  # fmt: skip
        return {name: value for name, value in {**made, **also}.items() if value is not None}

    def signed(self, claims: dict[str, Any], **header: Any) -> str:
        head = {"alg": "Ed25519", "typ": TYPE, "kid": self.key.thumbprint(), **header}
        return jwt.encode(head, claims, self.key, algorithms=["Ed25519"])


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def refused(check: StatementCheck, statement: str, method: str = METHOD) -> str:
    with pytest.raises(Unauthenticated) as caught:
        check.caller(statement, method)
    assert len(str(caught.value)) > 40
    for part in statement.split("."):
        assert len(part) < 8 or part not in str(caught.value), "a refusal repeats nothing of what was brought"
    return caught.value.code


def test_who_calls_arrives_as_the_gateway_said(house: House) -> None:
    assert house.check().caller(house.signer.sign(ANNA, "ingest", METHOD), METHOD) == ANNA


def test_a_statement_holds_once(house: House) -> None:
    check, statement = house.check(), house.signer.sign(ANNA, "ingest", METHOD)
    check.caller(statement, METHOD)
    assert refused(check, statement) == "replayed"
    house.clock.advance(SECONDS + 1)
    assert refused(check, statement) == "replayed", "within the leeway of clocks it is known still"
    house.clock.advance(60)
    assert refused(check, statement) == "expired"


def test_used_statements_are_forgotten_when_they_have_expired(house: House) -> None:
    check = house.check()
    for _ in range(100):
        for _ in range(10):
            check.caller(house.signer.sign(ANNA, "ingest", METHOD), METHOD)
        house.clock.advance(10)
    assert len(check._used) < 100


def test_a_statement_for_another_service_or_method_is_refused(house: House) -> None:
    statement = house.signer.sign(ANNA, "ingest", METHOD)
    assert refused(house.check("dataset"), statement) == "aud"
    assert refused(house.check(), statement, METHOD.replace("Remove", "Get")) == "method"
    both = house.signed(house.claims(aud=["ingest", "dataset"]))
    assert refused(house.check(), both) == "lifetime"


@pytest.mark.parametrize(
    ("also", "code"),
    [
        ({"exp": int(START.timestamp()) - 10, "iat": int(START.timestamp()) - 60}, "expired"),
        ({"iat": int(START.timestamp()) + 30, "exp": int(START.timestamp()) + 60}, "iat"),
        ({"exp": int(START.timestamp()) + 3600}, "lifetime"),
        ({"iss": "ingest"}, "iss"),
        ({"role": "owner"}, "role"),
        ({"role": ["admin"]}, "role"),
        ({"auth": "guess"}, "role"),
        ({"auth": None}, "role"),
        ({"exp": "tomorrow"}, "claims"),
        ({"exp": float("nan")}, "claims"),
        ({"sub": ""}, "claims"),
        ({"sub": 7}, "claims"),
        ({"jti": None}, "claims"),
        ({"iat": None}, "claims"),
        ({"aud": None}, "claims"),
    ],
)
def test_a_statement_that_says_too_much_or_too_little_is_refused(
    house: House, also: dict[str, Any], code: str
) -> None:
    assert refused(house.check(), house.signed(house.claims(**also))) == code


def test_no_other_algorithm_counts(house: House) -> None:
    public = house.public.read_bytes()
    kid, claims = house.key.thumbprint(), house.claims()
    head = {"alg": "HS256", "typ": TYPE, "kid": kid}
    signed = f"{coded(head)}.{coded(claims)}"
    mac = hmac.digest(public, signed.encode(), "sha256")
    with_public = f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
    rsa = RSAKey.generate_key(2048)
    with_rsa = jwt.encode({"alg": "RS256", "typ": TYPE, "kid": kid}, claims, rsa, algorithms=["RS256"])
    for statement in (with_public, with_rsa, unsigned(claims, "none"), unsigned(claims, "None")):
        assert refused(house.check(), statement) == "algorithm"


def unsigned(claims: dict[str, Any], algorithm: str) -> str:
    return f"{coded({'alg': algorithm, 'typ': TYPE})}.{coded(claims)}."


def coded(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def test_a_key_in_the_statement_itself_is_not_believed(house: House) -> None:
    own = OKPKey.generate_key("Ed25519")
    header = {"alg": "Ed25519", "typ": TYPE, "jwk": own.as_dict(private=False)}
    assert refused(house.check(), jwt.encode(header, house.claims(), own, algorithms=["Ed25519"])) == "key"
    claimed = {"alg": "Ed25519", "typ": TYPE, "kid": house.key.thumbprint()}
    forged = jwt.encode(claimed, house.claims(), own, algorithms=["Ed25519"])
    assert refused(house.check(), forged) == "signature"


def test_a_token_for_something_else_is_no_statement(house: House) -> None:
    assert refused(house.check(), house.signed(house.claims(), typ="JWT")) == "type"


def test_a_changed_role_breaks_the_signature(house: House) -> None:
    head, _, signature = house.signer.sign(ANNA, "ingest", METHOD).split(".")
    assert refused(house.check(), f"{head}.{coded(house.claims(role='admin'))}.{signature}") == "signature"


@pytest.mark.parametrize("text", [".", "..", "a.b.c", "{}", "é.é.é", "A" * 100, "A" * 100_000, "\ud800"])
def test_what_is_no_statement_is_refused(house: House, text: str) -> None:
    assert refused(house.check(), text) == "malformed"


def test_a_key_is_replaced_without_a_restart(house: House, tmp_path: Path) -> None:
    check = house.check()
    new = OKPKey.generate_key("Ed25519")
    before = house.signer.sign(ANNA, "ingest", METHOD)
    house.write(house.public, house.key.as_pem(private=False) + new.as_pem(private=False))
    house.write(house.private, new.as_pem(private=True))
    after = house.signer.sign(ANNA, "ingest", METHOD)
    assert check.caller(before, METHOD) == check.caller(after, METHOD) == ANNA
    late = house.signed(house.claims())
    house.write(house.public, new.as_pem(private=False))
    assert refused(check, late) == "key"
    assert check.caller(house.signer.sign(ANNA, "ingest", METHOD), METHOD) == ANNA


@pytest.mark.parametrize("text", [b"", b"nonsense"])
def test_while_the_file_of_public_keys_cannot_be_used_nobody_is_let_in(house: House, text: bytes) -> None:
    check = house.check()
    check.caller(house.signer.sign(ANNA, "ingest", METHOD), METHOD)
    house.write(house.public, text)
    assert refused(check, house.signer.sign(ANNA, "ingest", METHOD)) == "keys"
    house.public.unlink()
    assert refused(check, house.signer.sign(ANNA, "ingest", METHOD)) == "keys"
    house.write(house.public, house.key.as_pem(private=False))
    assert check.caller(house.signer.sign(ANNA, "ingest", METHOD), METHOD) == ANNA


def test_a_private_key_among_the_public_ones_is_refused_at_start(house: House) -> None:
    house.write(house.public, house.private.read_bytes())
    with pytest.raises(ValueError, match="could speak for anybody"):
        house.check()


def test_a_key_of_another_kind_is_refused_at_start(house: House) -> None:
    for pem in (RSAKey.generate_key(2048).as_pem(private=True), OKPKey.generate_key("X25519").as_pem()):
        house.write(house.private, pem)
        with pytest.raises(ValueError, match="Ed25519"):
            CallerSigner(str(house.private), house.clock)
    house.write(house.private, house.public.read_bytes())
    with pytest.raises(ValueError, match="one private key"):
        CallerSigner(str(house.private), house.clock)
