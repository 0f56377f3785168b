"""Settings of every process from its environment: the shared ones, and the base of each service's own.

Every setting is an environment variable, `FRAMEWELL_<NAME>` for the shared ones and
`FRAMEWELL_<SERVICE>_<NAME>` for a service's. Settings are read once, in `__main__`, and never again.
"""

import re
import sys
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from framewell_contracts.access import owner_of
from framewell_contracts.fact_types import DEFAULT_RETENTION_DAYS
from framewell_contracts.services import SERVICES
from framewell_kafka.broker_access import BrokerAccess, Mechanism, Security
from framewell_kit.hosts_file import written_address
from framewell_kit.name_hashes import NameHashes

S = TypeVar("S", bound=BaseSettings)

# A week more than topics keep facts: for clocks, and for a sweep that comes late.
MIN_KEEP_DAYS = DEFAULT_RETENTION_DAYS + 7
RPC_OFFSET = 20
HEALTH_OFFSET = 40


class MeshSettings(BaseSettings):
    """What all processes of one mesh share. Prefix `FRAMEWELL_`."""

    model_config = SettingsConfigDict(env_prefix="FRAMEWELL_", frozen=True, extra="ignore")

    kafka: str = Field("127.0.0.1:7400", description="Bootstrap servers of the broker, host:port, …")
    kafka_prefix: str = Field(
        "", description="Put before every topic and group, where meshes share a broker."
    )
    kafka_security: Security = Field(
        "plaintext", description="plaintext; ssl: TLS; sasl_ssl: TLS and a login with user and password."
    )
    kafka_ca: str = Field(
        "", description="PEM file of the authorities that may vouch for the broker; empty: the system's."
    )
    kafka_certificate: str = Field(
        "", description="PEM file of this client's certificate (mTLS), with those that vouch for it."
    )
    kafka_key: str = Field("", description="PEM file of the certificate's private key.")
    kafka_key_password: SecretStr = Field(SecretStr(""), description="Opens an encrypted private key.")
    kafka_user: str = Field("", description="Who logs in, with sasl_ssl.")
    kafka_password: SecretStr = Field(SecretStr(""), description="The user's password.")
    kafka_password_file: str = Field("", description="A file with the password, where secrets are mounted.")
    kafka_mechanism: Mechanism = Field("SCRAM-SHA-512", description="How the user logs in.")
    mongo: str = Field("mongodb://127.0.0.1:7401", description="URI of the document database.")
    database_prefix: str = Field("framewell_", description="Put before each service's database name.")
    objects: str = Field(
        ".framewell/objects",
        description="A folder, or s3://bucket/prefix (AWS_* variables give access and endpoint).",
    )
    scratch: Path = Field(
        Path(".framewell/scratch"),
        description="Folder for files under way (downloads, copies of originals); on a disk, fast and local. "
        "Each process makes one of its own in it, so all of a host may share it.",
    )
    copies_gib: int = Field(
        64,
        ge=1,
        description="GiB of copies of objects from S3 that a process keeps in its scratch folder; what is "
        "being read, and the copy that was read last, may take more.",
    )
    port_base: int = Field(7400, ge=1024, le=65000, description="First port; all others follow from it.")
    bind: str = Field("127.0.0.1", description="Address that gRPC and health listen on.")
    hosts: dict[str, str] = Field(
        default_factory=dict,
        description='Where services are: {"ingest": "host:port"}; others: this machine, by the port base. '
        "Replicas are one name that stands for several hosts, or numbers of hosts separated by commas.",
    )
    hosts_file: str = Field(
        "",
        description="JSON file with the same for services that FRAMEWELL_HOSTS does not name; looked at anew "
        "at every call, so replicas may come and go.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level logged.")
    log_format: Literal["json", "console"] = Field("json", description="A JSON object a line, or for people.")
    otlp: str = Field(
        "", description="OTLP endpoint (gRPC) for traces, metrics and logs; empty: none are sent."
    )
    trace_sample: float = Field(0.01, ge=0, le=1, description="Fraction of traces that are recorded.")
    drain_seconds: float = Field(
        20.0, gt=0, description="Time to finish what is under way when the process has to stop."
    )
    clock_skew_seconds: float = Field(
        0.0, description="How far this process's time of day is wrong, for tests of clock jumps."
    )
    keep_days: float = Field(
        60.0,
        ge=0,
        description="Days that jobs that are done, and decisions, are remembered: longer than any topic with "
        "a retention keeps what may cause them again; 0: for ever.",
    )
    instance: str = Field("", description="Ordinal among the replicas, for static membership.")
    tokens: dict[str, str] = Field(
        default_factory=dict,
        description='Bearer tokens and whose they are: {"token": "principal/role"}; roles are viewer, '
        "curator, rights, admin and service.",
    )
    service_token: str = Field(
        "", description="The token with which services call each other, of the role `service`."
    )
    caller_key_file: str = Field(
        "",
        description="PEM file of the Ed25519 key with which the gateway signs who it calls for; for the "
        "gateway alone.",
    )
    caller_public_keys_file: str = Field(
        "",
        description="PEM file of the public halves of such keys, one or several: what the gateway signed "
        "with one of them is believed.",
    )
    local_mode_file: str = Field(
        "",
        description="File that the gateway makes while the mesh has no users: while it is there, who calls "
        "from this machine may do everything.",
    )
    name_key: SecretStr = Field(
        SecretStr(""),
        description="64 hex digits, the same for the whole mesh: hides the names that are not to be learned. "
        "`framewell up` makes one; whoever loses it forgets who was forgotten.",
    )

    @field_validator("keep_days")
    @classmethod
    def _longer_than_topics(cls, days: float) -> float:
        if 0 < days < MIN_KEEP_DAYS:
            raise ValueError(
                f"{days:g} days are too few: topics bring facts again for {DEFAULT_RETENTION_DAYS}, and what "
                f"was done with them must be known longer: {MIN_KEEP_DAYS} or more, or 0 for ever"
            )
        return days

    @field_validator("tokens")
    @classmethod
    def _of_known_roles(cls, tokens: dict[str, str]) -> dict[str, str]:
        for owner in tokens.values():
            owner_of(owner)
        return tokens

    def broker_access(self) -> BrokerAccess:
        """Return how this process may access the broker. Raises UnsafeAccess, which names what to set."""
        return BrokerAccess(
            servers=self.kafka,
            security=self.kafka_security,
            ca=self.kafka_ca,
            certificate=self.kafka_certificate,
            key=self.kafka_key,
            key_password=self.kafka_key_password.get_secret_value(),
            user=self.kafka_user,
            password=self.kafka_password.get_secret_value(),
            password_file=self.kafka_password_file,
            mechanism=self.kafka_mechanism,
        )

    def name_hashes(self) -> NameHashes:
        """Return what hashes names with the mesh's key. Raises ValueError when it is missing or wrong."""
        key = self.name_key.get_secret_value()
        if not re.fullmatch(r"[0-9a-fA-F]{64}", key):
            raise ValueError(
                "FRAMEWELL_NAME_KEY must be 64 hex digits, the same for every service and for as long as the "
                "mesh exists: make one with `openssl rand -hex 32` and keep it as you keep passwords"
            )
        return NameHashes(bytes.fromhex(key))

    def rpc_port(self, service: str) -> int:
        """Return the port of a service's gRPC server."""
        return self.port_base + RPC_OFFSET + SERVICES.index(service)

    def health_port(self, service: str) -> int:
        """Return the port of a service's health and metrics."""
        return self.port_base + HEALTH_OFFSET + SERVICES.index(service)

    def rpc_address(self, service: str) -> str:
        """Return the address of another service's gRPC servers, as `framewell_kit.rpc.replicas` reads it."""
        here = f"127.0.0.1:{self.rpc_port(service)}"
        return self.hosts.get(service) or written_address(self.hosts_file, service) or here

    def objects_folder(self) -> Path | None:
        """Return the object folder, or None when objects are in S3."""
        return None if "://" in self.objects else Path(self.objects)


class ServiceSettings(BaseSettings):
    """Base of a service's own settings: frozen; variables that are not its own are ignored."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")


def read_settings(kind: type[S]) -> S:
    """Return the settings of this process; exit with 1 and a sentence for each variable that makes no sense.

    Values are not repeated: there are passwords and tokens among them.
    """
    try:
        return kind()
    except ValidationError as error:
        errors = error.errors(include_url=False, include_input=False)
        wrong = [(str(one["loc"][0]), one["msg"]) for one in errors]
    except SettingsError as error:
        field = re.search(r'field "(\w+)"', str(error))
        wrong = [(field[1] if field else "", "it is no JSON")]
    prefix = kind.model_config.get("env_prefix", "")
    sys.exit("\n".join(f"{prefix}{name}".upper() + f" makes no sense: {reason}" for name, reason in wrong))
