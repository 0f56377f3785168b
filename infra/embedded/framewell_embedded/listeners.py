"""How the broker listens: in the clear on loopback, or so that nobody gets in without proof."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from framewell_embedded.ports import LOOPBACK


class Listeners(Protocol):
    """What stands in `server.properties` about listening."""

    def properties(self, port: int, controller_port: int) -> Mapping[str, str]:
        """Broker settings by name; `port` is the one that `Broker.bootstrap` names."""


@dataclass(frozen=True, slots=True)
class PlainListeners:
    """One listener without encryption or login, for processes of the same machine."""

    def properties(self, port: int, controller_port: int) -> Mapping[str, str]:
        """See Listeners."""
        listening = f"PLAINTEXT://{LOOPBACK}:{port},CONTROLLER://{LOOPBACK}:{controller_port}"
        return {
            "listeners": listening,
            "advertised.listeners": listening,
            "controller.listener.names": "CONTROLLER",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "inter.broker.listener.name": "PLAINTEXT",
        }


_LOGINS: Final = "SCRAM-SHA-512,SCRAM-SHA-256"


@dataclass(frozen=True, slots=True)
class SecuredListeners:
    """Two listeners, both TLS: one asks for a client certificate (mTLS), one for a login (SCRAM).

    Nothing is spoken in the clear, also between broker and controller, and nothing is allowed that no ACL
    allows. `keystore` is a PEM file with the broker's private key (PKCS #8) and its certificates,
    `authorities` one with those that vouch for clients and for the broker. A client with a certificate is
    `User:<its common name>`; `super_users` names those who may do everything, the broker's own common name
    among them.
    """

    login_port: int
    keystore: Path
    authorities: Path
    super_users: tuple[str, ...]

    def properties(self, port: int, controller_port: int) -> Mapping[str, str]:
        """See Listeners."""
        places = {"MTLS": port, "LOGIN": self.login_port, "CONTROLLER": controller_port}
        listening = ",".join(f"{name}://{LOOPBACK}:{number}" for name, number in places.items())
        return {
            "listeners": listening,
            "advertised.listeners": listening,
            "controller.listener.names": "CONTROLLER",
            "listener.security.protocol.map": "MTLS:SSL,LOGIN:SASL_SSL,CONTROLLER:SSL",
            "inter.broker.listener.name": "MTLS",
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": self.keystore.as_posix(),
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": self.authorities.as_posix(),
            "ssl.client.auth": "required",
            "listener.name.login.ssl.client.auth": "none",
            "ssl.principal.mapping.rules": r"RULE:^CN=([^,]+).*$/$1/,DEFAULT",
            "sasl.enabled.mechanisms": _LOGINS,
            **{
                f"listener.name.login.{mechanism.lower()}.sasl.jaas.config": (
                    "org.apache.kafka.common.security.scram.ScramLoginModule required;"
                )
                for mechanism in _LOGINS.split(",")
            },
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "allow.everyone.if.no.acl.found": "false",
            "super.users": ";".join(f"User:{name}" for name in self.super_users),
        }
