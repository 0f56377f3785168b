"""Seals: the end of a chain, signed with Ed25519 (RFC 8032).

The signature is over the deterministic protobuf encoding of `AuditSealed` without its signature:
`chain_id` (1), `entry_count` (2), `head` (3), `sealed_at` (4) and `key_id` (5), in this order.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from framewell.audit.v1.audit_pb2 import AuditSealed

_BLOCK: Final = re.compile(r"-----BEGIN ([A-Z ]+)-----.*?-----END \1-----", re.DOTALL)

PublicKeys = Mapping[str, Ed25519PublicKey]
"""Keys that seals may be signed with, by id."""


class BadKey(ValueError):
    """A file holds no key that seals can be made or checked with."""


@dataclass(frozen=True, slots=True)
class SealKey:
    """The key that signs, and the public keys that seals may be signed with: its own, and earlier ones."""

    private: Ed25519PrivateKey
    public_keys: PublicKeys

    @property
    def key_id(self) -> str:
        """Return the id of the key that signs."""
        return key_id(self.private.public_key())

    def seal(self, chain_id: str, entry_count: int, head: str, at: datetime) -> AuditSealed:
        """Return the signed end of a chain."""
        sealed = AuditSealed(chain_id=chain_id, entry_count=entry_count, head=head, key_id=self.key_id)
        sealed.sealed_at.FromDatetime(at)
        sealed.signature = self.private.sign(signed_bytes(sealed))
        return sealed


def key_id(public: Ed25519PublicKey) -> str:
    """Return the SHA-256 of a public key's 32 bytes, in hex."""
    return sha256(public.public_bytes_raw()).hexdigest()


def signed_bytes(sealed: AuditSealed) -> bytes:
    """Return the bytes that a seal's signature is over."""
    unsigned = AuditSealed()
    unsigned.CopyFrom(sealed)
    unsigned.ClearField("signature")
    return unsigned.SerializeToString(deterministic=True)


def is_signed(sealed: AuditSealed, public: Ed25519PublicKey) -> bool:
    """Return whether the seal's signature was made with the key, over what the seal says."""
    try:
        public.verify(sealed.signature, signed_bytes(sealed))
    except InvalidSignature:
        return False
    return True


def new_private_key() -> str:
    """Return a new private key in PEM (PKCS #8)."""
    return (
        Ed25519PrivateKey.generate()
        .private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        .decode()
    )


def seal_key(pem: str) -> SealKey:
    """Read a private key in PEM, and public keys after it: earlier ones, whose seals still count.

    Raise BadKey when there is no private key, more than one, or another kind of key.
    """
    blocks = _blocks(pem)
    private = [_loaded(block, private=True) for kind, block in blocks if kind == "PRIVATE KEY"]
    if len(private) != 1 or not isinstance(private[0], Ed25519PrivateKey):
        raise BadKey(
            "it must hold exactly one private Ed25519 key in PEM (`openssl genpkey -algorithm ed25519`)"
        )
    own = private[0].public_key()
    earlier = [_loaded(block, private=False) for kind, block in blocks if kind == "PUBLIC KEY"]
    return SealKey(private[0], {key_id(one): one for one in (own, *_all_public(earlier))})


def read_public_keys(pem: str) -> PublicKeys:
    """Read public keys in PEM, one after the other. Raise BadKey for none, or another kind."""
    found = _all_public(
        [_loaded(block, private=False) for kind, block in _blocks(pem) if kind == "PUBLIC KEY"]
    )
    if not found:
        raise BadKey("there is no public Ed25519 key in PEM (`framewell audit key` prints the mesh's)")
    return {key_id(one): one for one in found}


def public_pem(keys: PublicKeys) -> str:
    """Return public keys in PEM (SubjectPublicKeyInfo), one after the other."""
    encoding, layout = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    return "".join(one.public_bytes(encoding, layout).decode() for one in keys.values())


def _blocks(pem: str) -> list[tuple[str, bytes]]:
    return [(found[1], found[0].encode()) for found in _BLOCK.finditer(pem)]


def _loaded(block: bytes, *, private: bool) -> object:
    try:
        if private:
            return serialization.load_pem_private_key(block, None)
        return serialization.load_pem_public_key(block)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BadKey("a key in the file cannot be read") from error


def _all_public(keys: list[object]) -> list[Ed25519PublicKey]:
    ours = [one for one in keys if isinstance(one, Ed25519PublicKey)]
    if len(ours) != len(keys):
        raise BadKey("a public key in the file is no Ed25519 key")
    return ours
