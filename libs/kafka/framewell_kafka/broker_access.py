"""Access to the broker: its addresses, whom to trust, and the credentials to show.

One value, made once from settings or from the environment, configures every Kafka client of the mesh, of the
command and of the SDK. It fails closed: what would send a password in the clear, or would only look like
security, is refused with a sentence that says what to set. There is no way to switch verification off.
"""

import ipaddress
import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

Security = Literal["plaintext", "ssl", "sasl_ssl"]
Mechanism = Literal["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"]

VARIABLE = "FRAMEWELL_KAFKA"
_FIELDS = (
    "security",
    "ca",
    "certificate",
    "key",
    "key_password",
    "user",
    "password",
    "password_file",
    "mechanism",
)


class UnsafeAccess(ValueError):
    """The settings are contradictory, incomplete or not safe; the message says which one to change."""


@dataclass(frozen=True, slots=True)
class BrokerAccess:
    """Bootstrap servers (`host:port, …`) and the means to reach them; addresses alone mean plaintext.

    `ssl` encrypts and, with a certificate and its key (PEM files), proves who we are (mTLS); `sasl_ssl`
    encrypts and logs in with user and password, and may show a certificate too. `ca` is a PEM file of the
    authorities that may vouch for the broker; without it those of the system do. The host name is always
    checked. Files are read when a client is made, so a renewed certificate is used by the next client.

    Raises UnsafeAccess for what cannot be safe. Secrets are in no `repr` and no message.
    """

    servers: str
    security: Security = "plaintext"
    ca: str = ""
    certificate: str = ""
    key: str = ""
    key_password: str = field(default="", repr=False)
    user: str = ""
    password: str = field(default="", repr=False)
    password_file: str = ""
    mechanism: Mechanism = "SCRAM-SHA-512"

    def __post_init__(self) -> None:
        self._check_words()
        if self.security == "plaintext":
            self._check_plaintext()
        else:
            self._check_certificates()
        if self.security == "ssl":
            self._refuse(("user", "password", "password_file"), "set FRAMEWELL_KAFKA_SECURITY to sasl_ssl")
        if self.security == "sasl_ssl":
            self._check_login()

    @classmethod
    def from_environment(
        cls, servers: str = "", environment: Mapping[str, str] | None = None
    ) -> "BrokerAccess":
        """Return the access that the FRAMEWELL_KAFKA variables describe; `servers` goes before theirs."""
        env = os.environ if environment is None else environment
        options: dict[str, Any] = {
            name: value for name in _FIELDS if (value := env.get(f"{VARIABLE}_{name.upper()}"))
        }
        return cls(servers or env.get(VARIABLE, ""), **options)

    def __str__(self) -> str:
        """Return the servers, and the security unless it is plaintext: for people."""
        return self.servers if self.security == "plaintext" else f"{self.servers} ({self.security})"

    @property
    def addresses(self) -> list[str]:
        """Return the bootstrap servers, `host:port` each."""
        return [one.strip() for one in self.servers.split(",") if one.strip()]

    @property
    def encrypted(self) -> bool:
        """Return whether everything between us and the broker is encrypted and the broker is verified."""
        return self.security != "plaintext"

    def client_options(self) -> dict[str, Any]:
        """Return the arguments of every aiokafka client. Raise UnsafeAccess when a file cannot be used."""
        options: dict[str, Any] = {"bootstrap_servers": self.addresses}
        if not self.encrypted:
            return options
        options |= {"security_protocol": self.security.upper(), "ssl_context": self.tls()}
        if self.security == "sasl_ssl":
            options |= {
                "sasl_mechanism": self.mechanism,
                "sasl_plain_username": self.user,
                "sasl_plain_password": self.secret(),
            }
        return options

    def tls(self) -> ssl.SSLContext:
        """Return a client context: TLS 1.2 at least, the broker's certificate and host name verified."""
        try:
            context = ssl.create_default_context(cafile=self.ca or None)
        except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
            raise UnsafeAccess(
                f"the authorities in {self.ca} cannot be used ({_reason(error)}): FRAMEWELL_KAFKA_CA names "
                "a PEM file with at least one certificate"
            ) from None
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self.certificate:
            self._load_certificate(context)
        return context

    def secret(self) -> str:
        """Return the password, from its file where it has one."""
        if not self.password_file:
            return self.password
        try:
            found = Path(self.password_file).read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, ValueError) as error:
            raise UnsafeAccess(
                f"FRAMEWELL_KAFKA_PASSWORD_FILE {self.password_file} cannot be read: {_reason(error)}"
            ) from None
        if not found:
            raise UnsafeAccess(f"FRAMEWELL_KAFKA_PASSWORD_FILE {self.password_file} is empty")
        return found

    def _load_certificate(self, context: ssl.SSLContext) -> None:
        try:
            # Always a password: without one OpenSSL asks whoever sits at the terminal.
            context.load_cert_chain(self.certificate, self.key, password=lambda: self.key_password)
        except (OSError, ValueError) as error:
            raise UnsafeAccess(
                f"the certificate {self.certificate} with the key {self.key} cannot be used "
                f"({_reason(error)}): FRAMEWELL_KAFKA_CERTIFICATE and FRAMEWELL_KAFKA_KEY name PEM files "
                "that belong together, FRAMEWELL_KAFKA_KEY_PASSWORD opens an encrypted key"
            ) from None

    def _check_words(self) -> None:
        """Check what people write into an environment: types do not hold there."""
        for name, kind in (("security", Security), ("mechanism", Mechanism)):
            if getattr(self, name) not in get_args(kind):
                raise UnsafeAccess(f"{_variable(name)} is one of {', '.join(get_args(kind))}")

    def _check_plaintext(self) -> None:
        secured = ("ca", "certificate", "key", "key_password", "user", "password", "password_file")
        self._refuse(
            secured, "nothing is secured without TLS; set FRAMEWELL_KAFKA_SECURITY to ssl or sasl_ssl"
        )
        public = [address for address in self.addresses if _is_public(address)]
        if public:
            raise UnsafeAccess(
                f"{public[0]} is an address of the open internet, and FRAMEWELL_KAFKA_SECURITY is plaintext: "
                "set it to ssl or sasl_ssl"
            )

    def _check_certificates(self) -> None:
        if self.certificate and not self.key:
            raise UnsafeAccess("FRAMEWELL_KAFKA_CERTIFICATE is set without its key: set FRAMEWELL_KAFKA_KEY")
        if self.key and not self.certificate:
            raise UnsafeAccess(
                "FRAMEWELL_KAFKA_KEY is set without its certificate: set FRAMEWELL_KAFKA_CERTIFICATE"
            )
        if not self.key:
            self._refuse(("key_password",), "there is no key that it would open: set FRAMEWELL_KAFKA_KEY")

    def _check_login(self) -> None:
        if not self.user:
            raise UnsafeAccess(
                "FRAMEWELL_KAFKA_SECURITY is sasl_ssl, and nobody logs in: set FRAMEWELL_KAFKA_USER"
            )
        if self.password and self.password_file:
            raise UnsafeAccess(
                "FRAMEWELL_KAFKA_PASSWORD and FRAMEWELL_KAFKA_PASSWORD_FILE are both set: which one is meant?"
            )
        if not self.password and not self.password_file:
            raise UnsafeAccess(
                "FRAMEWELL_KAFKA_USER is set without a password: set FRAMEWELL_KAFKA_PASSWORD, "
                "or FRAMEWELL_KAFKA_PASSWORD_FILE where secrets are files"
            )

    def _refuse(self, names: tuple[str, ...], why: str) -> None:
        """Refuse values that the chosen security would silently ignore."""
        given = [_variable(name) for name in names if getattr(self, name)]
        if given:
            raise UnsafeAccess(
                f"{', '.join(given)} set while FRAMEWELL_KAFKA_SECURITY is {self.security}: {why}"
            )


def _variable(name: str) -> str:
    return f"{VARIABLE}_{name.upper()}"


def _reason(error: OSError | ValueError) -> str:
    return getattr(error, "strerror", None) or getattr(error, "reason", None) or type(error).__name__


def _is_public(address: str) -> bool:
    """Return whether a numeric address is outside private and loopback networks; names are not resolved."""
    host = address.rpartition(":")[0].strip("[]")
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return False
