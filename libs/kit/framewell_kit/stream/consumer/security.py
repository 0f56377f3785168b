"""The broker access in FastStream's words."""

from typing import Final

from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512

from framewell_kafka.broker_access import BrokerAccess, Mechanism

_LOGINS: Final[dict[Mechanism, type[SASLPlaintext | SASLScram256 | SASLScram512]]] = {
    "PLAIN": SASLPlaintext,
    "SCRAM-SHA-256": SASLScram256,
    "SCRAM-SHA-512": SASLScram512,
}


def security(access: BrokerAccess) -> BaseSecurity | None:
    """Return what a KafkaBroker takes as `security`. Raise UnsafeAccess when a file cannot be used."""
    if not access.encrypted:
        return None
    if access.security == "ssl":
        return BaseSecurity(ssl_context=access.tls(), use_ssl=True)
    login = _LOGINS[access.mechanism]
    return login(access.user, access.secret(), ssl_context=access.tls(), use_ssl=True)
