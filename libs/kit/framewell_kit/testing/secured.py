"""A real broker that lets nobody in without proof: TLS certificates, logins and ACLs for tests.

Needs trustme and confluent-kafka, which are development tools; only tests of security import it.
"""

import secrets
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import trustme
from confluent_kafka.admin import (  # type: ignore[attr-defined]
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)
from cryptography.hazmat.primitives import serialization

from framewell_embedded.broker import Broker
from framewell_embedded.listeners import SecuredListeners
from framewell_embedded.ports import LOOPBACK
from framewell_embedded.running import running
from framewell_kafka.access_table import Grant
from framewell_kafka.broker_access import BrokerAccess, Mechanism
from framewell_kit.testing.ports import port_base
from framewell_kit.testing.waiting import PATIENCE

BROKER, ADMIN = "broker", "admin"
# Far fewer than anybody should use in production: a login is one of hundreds in a test.
_ITERATIONS = 4096


@dataclass(frozen=True, slots=True)
class Certificates:
    """An authority made for one test, and what it signs; everything as PEM files in one folder."""

    folder: Path
    authority: trustme.CA = field(default_factory=trustme.CA)

    @property
    def ca(self) -> Path:
        """Return the authority's own certificate."""
        path = self.folder / "authority.pem"
        self.authority.cert_pem.write_to_path(str(path))
        return path

    def server(self, *hosts: str, expires: datetime | None = None) -> Path:
        """Return a file with key (PKCS #8, which Kafka insists on) and certificate of a server."""
        issued = self.authority.issue_cert(*hosts, common_name=BROKER, not_after=expires)
        path = self.folder / f"server-{secrets.token_hex(4)}.pem"
        path.write_bytes(_pkcs8(issued) + b"".join(one.bytes() for one in issued.cert_chain_pems))
        return path

    def client(self, name: str, *, expires: datetime | None = None, password: str = "") -> tuple[Path, Path]:
        """Return certificate and key of a client whose common name is `name`."""
        # With a host name, which nobody looks at: Java takes no certificate whose list of names is empty.
        issued = self.authority.issue_cert(f"{name}.test", common_name=name, not_after=expires)
        stem = f"client-{name}-{secrets.token_hex(4)}"
        certificate, key = self.folder / f"{stem}.pem", self.folder / f"{stem}.key"
        certificate.write_bytes(b"".join(one.bytes() for one in issued.cert_chain_pems))
        key.write_bytes(_pkcs8(issued, password))
        return certificate, key


@dataclass(frozen=True, slots=True)
class SecuredBroker:
    """The broker with its authority; `ADMIN` may do everything, everybody else what was allowed."""

    broker: Broker
    login_port: int
    certificates: Certificates
    passwords: dict[str, str] = field(default_factory=dict, repr=False)

    def with_certificate(self, name: str, *, expires: datetime | None = None) -> BrokerAccess:
        """Return access over mTLS as `User:<name>`."""
        certificate, key = self.certificates.client(name, expires=expires)
        return BrokerAccess(
            f"{LOOPBACK}:{self.broker.port}", "ssl",
            ca=str(self.certificates.ca), certificate=str(certificate), key=str(key),
        )  # fmt: skip

    def with_login(self, user: str, mechanism: Mechanism = "SCRAM-SHA-512") -> BrokerAccess:
        """Return access over SASL_SSL as `User:<user>`, who is made where there is none."""
        if user not in self.passwords:
            self.passwords[user] = secrets.token_urlsafe(16)
            self._make_user(user, self.passwords[user])
        return BrokerAccess(
            f"{LOOPBACK}:{self.login_port}", "sasl_ssl",
            ca=str(self.certificates.ca), user=user, password=self.passwords[user], mechanism=mechanism,
        )  # fmt: skip

    def environment(self, access: BrokerAccess) -> dict[str, str]:
        """Return the environment variables that give a process this access."""
        values = {
            "": access.servers, "_SECURITY": access.security, "_CA": access.ca,
            "_CERTIFICATE": access.certificate, "_KEY": access.key, "_USER": access.user,
            "_PASSWORD": access.password, "_MECHANISM": access.mechanism,
        }  # fmt: skip
        return {f"FRAMEWELL_KAFKA{name}": value for name, value in values.items() if value}

    def allow(self, user: str, grants: Iterable[Grant]) -> None:
        """Let the user do this; returns when the broker acts on it."""
        admin, asked = self._admin(), list(grants)
        _wait(admin.create_acls([_binding(user, grant) for grant in asked]))
        self._until_in_force(admin, user, asked, allowed=True)

    def revoke(self, user: str, grants: Iterable[Grant]) -> None:
        """Take away what was allowed; returns when the broker acts on it."""
        admin, asked = self._admin(), list(grants)
        _wait(admin.delete_acls([_binding(user, grant, AclBindingFilter) for grant in asked]))
        self._until_in_force(admin, user, asked, allowed=False)

    def _until_in_force(self, admin: Any, user: str, grants: list[Grant], *, allowed: bool) -> None:
        """Wait until a change of rights is in force: the broker confirms it before it acts on it."""
        deadline = time.monotonic() + PATIENCE
        for grant in grants:
            wanted = _binding(user, grant, AclBindingFilter)
            while bool(admin.describe_acls(wanted).result(PATIENCE)) is not allowed:
                if time.monotonic() > deadline:
                    raise TimeoutError(f"the rights of {user} are not in force after {PATIENCE:.0f} s")
                time.sleep(0.02)

    def _make_user(self, user: str, password: str) -> None:
        admin = self._admin()
        for mechanism in (ScramMechanism.SCRAM_SHA_512, ScramMechanism.SCRAM_SHA_256):
            credential = ScramCredentialInfo(mechanism, _ITERATIONS)
            made = UserScramCredentialUpsertion(user, credential, password.encode())
            _wait(admin.alter_user_scram_credentials([made]))
        for name in ("SCRAM-SHA-512", "SCRAM-SHA-256"):
            self._until_known(user, password, name)

    def _until_known(self, user: str, password: str, mechanism: str) -> None:
        """Wait until the broker takes the login: it confirms the user before that."""
        client = AdminClient(
            {
                "bootstrap.servers": f"{LOOPBACK}:{self.login_port}",
                "security.protocol": "SASL_SSL",
                "sasl.mechanism": mechanism,
                "sasl.username": user,
                "sasl.password": password,
                "log_level": 0,
                "ssl.ca.location": str(self.certificates.ca),
            }
        )
        client.list_topics(timeout=PATIENCE)

    def _admin(self) -> Any:
        """Return a client of its own for every change; it must outlive the answer."""
        access = self.with_certificate(ADMIN)
        return AdminClient(
            {
                "bootstrap.servers": access.servers,
                "security.protocol": "SSL",
                "log_level": 0,
                "ssl.ca.location": access.ca,
                "ssl.certificate.location": access.certificate,
                "ssl.key.location": access.key,
            }
        )


@contextmanager
def secured_broker(folder: Path) -> Iterator[SecuredBroker]:
    """Yield a broker with TLS, logins and ACLs, for as long as the block lasts."""
    certificates = Certificates(folder)
    port = port_base()
    login_port, controller_port = port + 1, port + 2
    listeners = SecuredListeners(
        login_port,
        keystore=certificates.server(LOOPBACK),
        authorities=certificates.ca,
        super_users=(BROKER, ADMIN),
    )
    broker = Broker(folder / "kafka", port, controller_port, listeners)
    with running(broker, folder / "broker.log"):
        yield SecuredBroker(broker, login_port, certificates)


def _pkcs8(issued: trustme.LeafCert, password: str = "") -> bytes:
    key = serialization.load_pem_private_key(issued.private_key_pem.bytes(), None)
    locked = (
        serialization.BestAvailableEncryption(password.encode()) if password else serialization.NoEncryption()
    )
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked)


def _binding(user: str, grant: Grant, kind: type[Any] = AclBinding) -> Any:
    return kind(
        ResourceType[grant.resource.upper()],
        grant.name,
        ResourcePatternType[grant.pattern.upper()],
        f"User:{user}",
        "*",
        AclOperation[grant.operation.upper()],
        AclPermissionType.ALLOW,
    )


def _wait(futures: dict[Any, Any]) -> None:
    for future in futures.values():
        future.result(PATIENCE)
