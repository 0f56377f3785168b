"""Whom a client believes to be its gateway over TLS: the authorities of the system, or those in a file."""

import ssl
from pathlib import Path

from framewell_client.errors import Unreachable

CA_VARIABLE = "FRAMEWELL_CA"


def certificates(ca: str) -> bytes | None:
    """Return the certificates in a PEM file; None for no file. Raises Unreachable for one without any."""
    if not ca:
        return None
    try:
        pem = Path(ca).read_bytes()
    except OSError as error:
        raise Unreachable(f"{ca} ({CA_VARIABLE}) cannot be used: {error.strerror}") from None
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=pem.decode("ascii"))
    except (ssl.SSLError, ValueError):
        raise Unreachable(f"{ca} ({CA_VARIABLE}) cannot be used: no certificate in PEM is in it") from None
    return pem


def tls(ca: str) -> ssl.SSLContext:
    """Return what checks the certificate of a server. Raises Unreachable as `certificates`."""
    pem = certificates(ca)
    return ssl.create_default_context(cadata=pem.decode("ascii") if pem else None)
