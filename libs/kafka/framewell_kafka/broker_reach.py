"""A check whether the broker can be used as the settings say, with the reason when it cannot.

Kafka clients put the reason into a log line and report only that nothing answered, and some mistakes (a
plaintext client on a TLS port) let them wait for most of a minute. So whoever starts a client checks first:
one connection, made as a client makes it, and a sentence when it fails.
"""

import asyncio
import socket
import ssl
from collections.abc import Iterator
from typing import Any

from aiokafka.conn import create_conn
from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    IllegalSaslStateError,
    KafkaConnectionError,
    KafkaError,
    SaslAuthenticationFailed,
    TopicAuthorizationFailedError,
    UnsupportedSaslMechanismError,
)
from aiokafka.protocol.metadata import MetadataRequest

from framewell_contracts.sentences import say
from framewell_kafka.broker_access import BrokerAccess

ANSWER_SECONDS = 5.0
REFUSES = "the broker refuses"
"""How every sentence of `refusal` begins: the broker answers, knows the client, and does not allow it."""
WHAT_IS_NEEDED = "'framewell topics access' lists the rights that are needed"

# OpenSSL's X509_V_ERR_*, see verify(1): not yet valid, expired, self-signed or unknown issuer, wrong name.
_NOT_YET, _EXPIRED, _UNTRUSTED, _WRONG_NAME = 9, 10, frozenset((18, 19, 20, 21)), frozenset((62, 64))


class BrokerUnusable(KafkaConnectionError):  # type: ignore[misc]
    """No broker can be used as the settings say; the message gives one reason for each address."""

    def __str__(self) -> str:
        return str(self.args[0])


async def reach(access: BrokerAccess, *, within: float = ANSWER_SECONDS) -> None:
    """Return when a bootstrap server accepts the client, and a broker that it names can be reached as well.

    Raise BrokerUnusable otherwise, after at most `within` seconds per address, and UnsafeAccess when a file
    of the settings cannot be used.
    """
    options = {name: value for name, value in access.client_options().items() if name != "bootstrap_servers"}
    if not access.addresses:
        raise BrokerUnusable("no broker is named: set FRAMEWELL_KAFKA to host:port")
    reasons: list[str] = []
    for address in access.addresses:
        try:
            named = await _ask(*_split(address), options, within)
        except _FAILURES as error:
            reasons.append(f"{address} {_reason(error, access, within)}")
            continue
        return await _reach_named(address, named, access, options, within)
    raise BrokerUnusable("; ".join(reasons))


def refusal(error: BaseException) -> str:
    """Return the sentence for an authorization error; empty for every other error."""
    if isinstance(error, TopicAuthorizationFailedError):
        return say(
            "broker_refuses.topic",
            "the broker refuses: no right to topic {topics}; 'framewell topics access' lists the rights that "
            "are needed",
            topics=", ".join(refused_names(error)),
        )
    if isinstance(error, GroupAuthorizationFailedError):
        return say(
            "broker_refuses.group",
            "the broker refuses: no right to group {groups}; 'framewell topics access' lists the rights that "
            "are needed",
            groups=", ".join(refused_names(error)),
        )
    if isinstance(error, ClusterAuthorizationFailedError):
        return say(
            "broker_refuses.write",
            "the broker refuses: no right to write any topic; 'framewell topics access' lists the rights "
            "that are needed",
        )
    return ""


def refused_names(error: KafkaError) -> list[str]:
    """Return the topics or groups that an authorization error names: one, or several."""
    named = error.args[0] if error.args else ""
    return [named] if isinstance(named, str) else sorted(named)


async def _reach_named(
    address: str, named: list[tuple[str, int]], access: BrokerAccess, options: dict[str, Any], within: float
) -> None:
    """Try the brokers that a bootstrap server names: one of those must be reachable too."""
    reasons = []
    for host, port in named:
        if f"{host}:{port}" == address:
            return
        try:
            await _ask(host, port, options, within)
        except _FAILURES as error:
            reasons.append(f"{host}:{port}, named by {address} as a broker, {_reason(error, access, within)}")
        else:
            return
    if reasons:
        raise BrokerUnusable("; ".join(reasons) + " (the broker's advertised.listeners)")


async def _ask(host: str, port: int, options: dict[str, Any], within: float) -> list[tuple[str, int]]:
    """Connect, log in, and ask for the brokers: a listener that wants a login hangs up at the question."""
    async with asyncio.timeout(within):
        connection = await create_conn(host, port, client_id="framewell-reach", **options)
        try:
            answer = await connection.send(MetadataRequest([]))
        finally:
            connection.close()
    return [(broker[1], broker[2]) for broker in answer.brokers]


_FAILURES = (OSError, KafkaError, TimeoutError, asyncio.IncompleteReadError, ValueError)


def _reason(error: BaseException, access: BrokerAccess, within: float) -> str:
    """Return what went wrong, as the end of a sentence that begins with the address."""
    for one in _causes(error):
        reason = _tls_reason(one, access) or _login_reason(one, access) or _network_reason(one)
        if reason:
            return reason
    if isinstance(error, TimeoutError):
        return f"does not answer within {within:g} s"
    if not access.encrypted:
        return "closes the connection unasked: it may expect TLS (FRAMEWELL_KAFKA_SECURITY)"
    if access.security == "ssl":
        return "closes the connection after TLS: it may expect a login (FRAMEWELL_KAFKA_SECURITY=sasl_ssl)"
    return f"closes the connection ({type(error).__name__}: {error})"


def _tls_reason(error: BaseException, access: BrokerAccess) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return _certificate_reason(error, access)
    if not isinstance(error, ssl.SSLError):
        # Kafka hangs up on what is not its protocol, in the middle of our handshake.
        hung_up = isinstance(error, ConnectionResetError) and access.encrypted
        return "hangs up in the TLS handshake: it may be a plaintext listener" if hung_up else ""
    reason = str(error.reason or "")
    if "ALERT" in reason:
        alert = reason.rpartition("ALERT_")[2].replace("_", " ").lower()
        return f"refuses us in the TLS handshake: {alert} ({_own_certificate(access)})"
    return f"does not speak TLS as we do ({reason or 'it hangs up'}): it may be a plaintext listener"


def _certificate_reason(error: ssl.SSLCertVerificationError, access: BrokerAccess) -> str:
    authorities = access.ca or "the system's, set FRAMEWELL_KAFKA_CA if the house has its own"
    match error.verify_code:
        case code if code in _WRONG_NAME:
            return f"shows a certificate for another name: {error.verify_message}"
        case code if code in (_EXPIRED, _NOT_YET):
            return f"shows a certificate that is not valid now: {error.verify_message}"
        case code if code in _UNTRUSTED:
            return f"shows a certificate of an authority we do not trust (authorities: {authorities})"
        case _:
            return f"shows a certificate that cannot be trusted: {error.verify_message}"


def _own_certificate(access: BrokerAccess) -> str:
    if not access.certificate:
        return "we show no certificate: set FRAMEWELL_KAFKA_CERTIFICATE and FRAMEWELL_KAFKA_KEY"
    return (
        f"our certificate is {access.certificate}: has it expired, and does the broker trust who signed it? "
        f"openssl x509 -noout -dates -issuer -in {access.certificate}"
    )


def _login_reason(error: BaseException, access: BrokerAccess) -> str:
    if isinstance(error, SaslAuthenticationFailed):
        return (
            f"refuses the login of {access.user} with {access.mechanism}: wrong user or password, "
            "or the user has no password for this mechanism"
        )
    if isinstance(error, UnsupportedSaslMechanismError):
        return f"takes no login with {access.mechanism} (FRAMEWELL_KAFKA_MECHANISM)"
    if isinstance(error, IllegalSaslStateError):
        return "takes no login on this port (FRAMEWELL_KAFKA_SECURITY=ssl)"
    return ""


def _network_reason(error: BaseException) -> str:
    if isinstance(error, socket.gaierror):
        return "is not a known host"
    if isinstance(error, ConnectionRefusedError):
        return "does not answer: nothing listens there"
    if isinstance(error, ValueError):
        return f"is no address, host:port is meant ({error})"
    if isinstance(error, OSError) and error.strerror and not isinstance(error, ConnectionError):
        return f"cannot be reached: {error.strerror}"
    return ""


def _causes(error: BaseException) -> Iterator[BaseException]:
    following: BaseException | None = error
    while following is not None:
        yield following
        following = following.__cause__


def _split(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    if not host:
        raise ValueError(address)
    return host.strip("[]"), int(port)
