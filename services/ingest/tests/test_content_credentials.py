"""What signed content credentials (C2PA, CAWG) say about training becomes a rights statement."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import c2pa
import PIL.Image
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from framewell.asset.v1.asset_pb2 import AssetIngested
from framewell.rights.v1.rights_pb2 import (
    PURPOSE_ANALYSIS,
    PURPOSE_GENERATIVE_TRAINING,
    PURPOSE_OWN_TRAINING,
    STATEMENT_SOURCE_C2PA,
    USE_ALLOWED,
    USE_CONSTRAINED,
    USE_PROHIBITED,
    USE_UNSPECIFIED,
    RightsStatement,
)
from framewell_ingest.adapters.content_credentials import read_content_credentials
from framewell_ingest.adapters.trust_lists import TrustLists
from framewell_ingest.domain.findings import Finding
from framewell_ingest.rights.statements import statements_of
from framewell_ingest.rights.training_mining import read_training_mining
from framewell_ingest.testing import IngestBench

PEM = serialization.Encoding.PEM
KEY_USES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


def certificate(
    names: tuple[str, str],
    key: ec.EllipticCurvePublicKey,
    signing_key: ec.EllipticCurvePrivateKey,
    *,
    ca: bool,
) -> x509.Certificate:
    """`names` are subject and issuer."""

    def name(text: str) -> x509.Name:
        organisation = x509.NameAttribute(NameOID.ORGANIZATION_NAME, text)
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text), organisation])

    uses = dict.fromkeys(KEY_USES, False) | {"key_cert_sign" if ca else "digital_signature": True}
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(names[0]))
        .issuer_name(name(names[1]))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca, None), critical=True)
        .add_extension(x509.KeyUsage(**uses), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )
    if not ca:
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(signing_key.public_key())
        builder = builder.add_extension(authority, critical=False).add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=True
        )
    return builder.sign(signing_key, hashes.SHA256())


@dataclass(frozen=True)
class Agency:
    """Somebody who signs, with the certificates that vouch for it."""

    signer: c2pa.Signer
    root: x509.Certificate
    leaf: x509.Certificate


def agency() -> Agency:
    authority, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = certificate(("Test Root", "Test Root"), authority.public_key(), authority, ca=True)
    leaf = certificate(("Test Agency", "Test Root"), own.public_key(), authority, ca=False)
    private = own.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    chain = leaf.public_bytes(PEM) + root.public_bytes(PEM)
    info = c2pa.C2paSignerInfo(alg=b"es256", sign_cert=chain, private_key=private, ta_url=None)
    return Agency(c2pa.Signer.from_info(info), root, leaf)


@pytest.fixture(scope="module")
def known() -> Agency:
    return agency()


@pytest.fixture
def signer(known: Agency) -> c2pa.Signer:
    return known.signer


def signed(signer: c2pa.Signer, entries: dict[str, dict[str, str]], ingredient: bytes = b"") -> bytes:
    taken = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"
    created = {"actions": [{"action": "c2pa.created", "digitalSourceType": taken}]}
    manifest = {
        "claim_generator_info": [{"name": "test", "version": "1"}],
        "format": "image/jpeg",
        "assertions": [
            {"label": "c2pa.actions.v2", "data": created},
            {"label": "cawg.training-mining", "data": {"entries": entries}},
        ],
    }
    plain, made = io.BytesIO(), io.BytesIO()
    PIL.Image.new("RGB", (64, 48), "grey").save(plain, "JPEG")
    plain.seek(0)
    with c2pa.Builder(json.dumps(manifest)) as builder:
        if ingredient:
            described = {"title": "inner", "relationship": "componentOf"}
            builder.add_ingredient(json.dumps(described), "image/jpeg", io.BytesIO(ingredient))
        builder.sign(signer, "image/jpeg", plain, made)
    return made.getvalue()


async def statements(ingest: IngestBench, content: bytes) -> list:
    photo: Path = ingest.inbox / "photo.jpg"
    photo.write_bytes(content)  # noqa: ASYNC240 - a test may wait for its disk
    end = await ingest.take_in_file(photo)
    assert isinstance(end, AssetIngested), end
    return [statement for statement in end.statements if statement.source == STATEMENT_SOURCE_C2PA]


async def test_prohibitions_are_stated_with_signer_and_words(
    ingest: IngestBench, signer: c2pa.Signer
) -> None:
    entries = {
        "cawg.ai_generative_training": {"use": "notAllowed"},
        "cawg.ai_training": {"use": "constrained", "constraint_info": "ask the agency"},
    }
    found = await statements(ingest, signed(signer, entries))
    uses = {tuple(statement.purposes): statement.use for statement in found}
    assert uses == {
        (PURPOSE_GENERATIVE_TRAINING,): USE_PROHIBITED,
        (PURPOSE_OWN_TRAINING,): USE_CONSTRAINED,
    }
    assert all(
        "Test Agency" in statement.found_at or "Test Root" in statement.found_at for statement in found
    )
    assert any("ask the agency" in statement.verbatim for statement in found)


async def test_a_permission_of_an_unknown_signer_permits_nothing(
    ingest: IngestBench, signer: c2pa.Signer
) -> None:
    assert await statements(ingest, signed(signer, {"cawg.ai_training": {"use": "allowed"}})) == []


def trusting(folder: Path, **lists: bytes | str) -> Mapping[str, Any]:
    names = {"anchors": "anchors.pem", "revoked": "revoked.txt"}
    for name, content in lists.items():
        (folder / names[name]).write_bytes(content if isinstance(content, bytes) else content.encode())
    return TrustLists(folder).parameters()


def read(content: bytes, trust: Mapping[str, Any]) -> list[RightsStatement]:
    found = read_content_credentials(io.BytesIO(content), trust)
    return statements_of([Finding(**entry) for entry in found], "")  # type: ignore[arg-type]


ALLOWED = {"cawg.ai_training": {"use": "allowed"}}


def test_a_permission_of_a_trusted_signer_permits_what_it_says(known: Agency, tmp_path: Path) -> None:
    content = signed(known.signer, ALLOWED)
    (by_anchor,) = read(content, trusting(tmp_path, anchors=known.root.public_bytes(PEM)))
    assert (by_anchor.use, list(by_anchor.purposes)) == (USE_ALLOWED, [PURPOSE_OWN_TRAINING])
    assert "not on the trust list" not in by_anchor.found_at


def test_a_permission_of_anybody_else_permits_nothing(known: Agency, tmp_path: Path) -> None:
    content = signed(known.signer, ALLOWED)
    assert read(content, trusting(tmp_path, anchors=agency().root.public_bytes(PEM))) == []


def test_a_revoked_signer_is_not_believed(known: Agency, tmp_path: Path) -> None:
    content, anchors = signed(known.signer, ALLOWED), known.root.public_bytes(PEM)
    assert read(content, trusting(tmp_path, anchors=anchors, revoked=f"{known.leaf.serial_number}\n")) == []


def test_a_file_changed_after_a_trusted_signature_withholds(known: Agency, tmp_path: Path) -> None:
    content = bytearray(signed(known.signer, ALLOWED))
    content[-20] ^= 1
    (statement,) = read(bytes(content), trusting(tmp_path, anchors=known.root.public_bytes(PEM)))
    assert statement.use == USE_UNSPECIFIED


def test_a_permission_of_an_ingredient_permits_nothing(known: Agency, tmp_path: Path) -> None:
    inner = signed(known.signer, ALLOWED)
    outer = signed(agency().signer, {"cawg.data_mining": {"use": "constrained"}}, ingredient=inner)
    found = read(outer, trusting(tmp_path, anchors=known.root.public_bytes(PEM)))
    assert USE_ALLOWED not in {statement.use for statement in found}


async def test_credentials_that_do_not_fit_the_file_withhold(
    ingest: IngestBench, signer: c2pa.Signer
) -> None:
    content = bytearray(signed(signer, {"cawg.ai_training": {"use": "notAllowed"}}))
    content[-20] ^= 1
    (statement,) = await statements(ingest, bytes(content))
    assert statement.use == USE_UNSPECIFIED
    assert "does not fit the file" in statement.verbatim
    assert PURPOSE_OWN_TRAINING in statement.purposes


async def test_a_file_without_credentials_states_nothing(ingest: IngestBench) -> None:
    plain = io.BytesIO()
    PIL.Image.new("RGB", (64, 48), "grey").save(plain, "JPEG")
    assert await statements(ingest, plain.getvalue()) == []


@pytest.mark.parametrize(
    ("entry", "use", "purposes"),
    [
        ('{"cawg.ai_training": {"use": "constrained"}}', USE_PROHIBITED, (PURPOSE_OWN_TRAINING,)),
        ('{"c2pa.ai_inference": {"use": "notAllowed"}}', USE_PROHIBITED, (PURPOSE_ANALYSIS,)),
        ('{"cawg.ai_training": {"use": "maybe"}}', USE_UNSPECIFIED, (PURPOSE_OWN_TRAINING,)),
        ('{"cawg.something_new": {"use": "notAllowed"}}', USE_PROHIBITED, ()),
    ],
)
def test_an_entry_is_read_to_the_letter(entry: str, use: int, purposes: tuple[int, ...]) -> None:
    assert read_training_mining(entry) == (use, purposes)
