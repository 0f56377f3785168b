"""The certificate that the gateway shows, taken anew from its files while it runs.

A pair is used once both files are there and belong together: what renews them may write one after the other,
and for as long as that takes the pair before goes on. Whoever connected with it stays connected.
"""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from opentelemetry.metrics import CallbackOptions, Observation

from framewell_contracts.sentences import say
from framewell_gateway.telemetry import (
    CERTIFICATE_ENDS,
    CERTIFICATE_REFUSED,
    CERTIFICATE_TAKEN,
    meter_certificate,
)
from framewell_kit.telemetry import logger

CERTIFICATE: Final = "FRAMEWELL_GATEWAY_CERTIFICATE"
KEY: Final = "FRAMEWELL_GATEWAY_KEY"
WARNS_DAYS: Final = 14
_REMINDS: Final = timedelta(days=1)

log = logger(__name__)


class BadCertificate(ValueError):
    """The two files are no certificate that can be shown; the sentence says what is wrong with which."""


@dataclass(frozen=True, slots=True)
class _Shown:
    context: ssl.SSLContext
    name: str
    ends: datetime


class Certificates:
    """The pair in two PEM files: read at first, and again whenever the files change.

    Raises BadCertificate when the first pair cannot be used.
    """

    look_seconds = 2.0

    def __init__(
        self, certificate: Path, key: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._files, self._now = (certificate, key), now
        self._seen = self._stamp()
        self._shown = _load(certificate, key, now())
        self._reminded = datetime.min.replace(tzinfo=UTC)
        self._watching: asyncio.Task[None] | None = None
        meter_certificate(self._observe)

    @property
    def context(self) -> ssl.SSLContext:
        """Return what the next connection is to be made with."""
        return self._shown.context

    @property
    def days_left(self) -> float:
        """Return the days until the certificate ends; negative after that."""
        return (self._shown.ends - self._now()) / timedelta(days=1)

    def notes(self) -> list[str]:
        """Return what is worth knowing of the certificate."""
        return [
            say(
                "certificate_ends",
                "the certificate of {name} ends in {days} days ({day})",
                name=self._shown.name,
                days=f"{self.days_left:.1f}",
                day=f"{self._shown.ends:%Y-%m-%d}",
            )
        ]

    def watch(self) -> None:
        """Begin to look after the files."""
        self._watching = asyncio.create_task(self._watch())

    def close(self) -> None:
        """Stop that."""
        if self._watching is not None:
            self._watching.cancel()

    def look(self) -> None:
        """Take the pair in the files if they have changed and it is one; say so once where it is none."""
        stamp = self._stamp()
        if stamp != self._seen:
            self._seen = stamp
            try:
                self._shown = _load(*self._files, self._now())
            except BadCertificate as error:
                log.warning(CERTIFICATE_REFUSED, reason=str(error), shown_until=self._shown.ends.isoformat())
            else:
                log.info(CERTIFICATE_TAKEN, name=self._shown.name, ends=self._shown.ends.isoformat())
        if self.days_left <= WARNS_DAYS and self._now() - self._reminded >= _REMINDS:
            self._reminded = self._now()
            log.warning(CERTIFICATE_ENDS, name=self._shown.name, days_left=round(self.days_left, 1))

    async def _watch(self) -> None:
        while True:
            self.look()
            await asyncio.sleep(self.look_seconds)

    def _stamp(self) -> tuple[object, ...]:
        """Return what changes with the files, links among them followed; unreadable ones are a state too."""
        stamps: list[object] = []
        for file in self._files:
            try:
                status = file.stat()
            except OSError as error:
                stamps.append(error.errno)
            else:
                stamps.append((status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns))
        return tuple(stamps)

    def _observe(self, _: CallbackOptions) -> list[Observation]:
        return [Observation(self.days_left)]


def _load(certificate: Path, key: Path, now: datetime) -> _Shown:
    """Return what shows the pair. Raises BadCertificate."""
    chain_pem, key_pem = _read(CERTIFICATE, certificate), _read(KEY, key)
    leaf = _leaf(certificate, chain_pem)
    if _public(leaf.public_key()) != _public(_private(key, key_pem).public_key()):
        raise BadCertificate(
            f"{key} ({KEY}) is not the key of the certificate in {certificate} ({CERTIFICATE})"
        )
    name = _name(leaf)
    if leaf.not_valid_after_utc <= now:
        raise BadCertificate(
            f"the certificate of {name} in {certificate} ({CERTIFICATE}) ended on "
            f"{leaf.not_valid_after_utc:%Y-%m-%d %H:%M} UTC: renew it"
        )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION
    context.set_alpn_protocols(["h2", "http/1.1"])
    try:
        context.load_cert_chain(certificate, key, password=lambda: "")
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError; the files may change meanwhile
        raise BadCertificate(f"{certificate} and {key} cannot be used together: {error}") from None
    return _Shown(context, name, leaf.not_valid_after_utc)


def _read(setting: str, path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadCertificate(f"{path} ({setting}) cannot be read: {error.strerror}") from None


def _leaf(path: Path, pem: bytes) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificates(pem)[0]
    except ValueError as error:
        raise BadCertificate(
            f"{path} ({CERTIFICATE}) has no certificate in PEM in it, that of the gateway first: {error}"
        ) from None


def _private(path: Path, pem: bytes) -> Any:
    try:
        return load_pem_private_key(pem, password=None)
    except TypeError:
        raise BadCertificate(
            f"{path} ({KEY}) is encrypted: give the key as `openssl pkey -in {path.name}` writes it, "
            "in a file that the gateway alone may read"
        ) from None
    except (ValueError, UnsupportedAlgorithm) as error:
        raise BadCertificate(f"{path} ({KEY}) has no private key in PEM in it: {error}") from None


def _public(key: Any) -> bytes:
    return bytes(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def _name(leaf: x509.Certificate) -> str:
    """Return the names that the certificate is for, to people."""
    try:
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return leaf.subject.rfc4514_string() or "no name"
    return ", ".join(str(name.value) for name in list(names)[:3])
