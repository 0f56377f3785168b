"""Settings of the gateway: environment variables `FRAMEWELL_GATEWAY_<NAME>`."""

from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from framewell_contracts.access import PEOPLE
from framewell_gateway.domain.principals import is_loopback
from framewell_kit.settings import ServiceSettings


class GatewaySettings(ServiceSettings):
    """Settings of the gateway. Who may call it stands in the shared `FRAMEWELL_TOKENS`."""

    model_config = SettingsConfigDict(env_prefix="FRAMEWELL_GATEWAY_", frozen=True, extra="ignore")

    bind: str = Field(
        "",
        description="Address REST listens on; empty: the shared FRAMEWELL_BIND. Not loopback: needs tokens.",
    )
    port: int = Field(0, ge=0, le=65535, description="Port REST listens on; 0: the port base + 10.")
    certificate: str = Field(
        "",
        description="PEM file of the certificate that the port shows, with those that vouch for it after it; "
        "with a key the port speaks TLS alone. Changed files are taken while the gateway runs.",
    )
    key: str = Field("", description="PEM file of the certificate's private key, not encrypted.")
    behind_proxy: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = Field(
        (),
        description="Addresses or networks of proxies that end TLS in front, separated by commas: they may "
        "connect in plain text, and say where a request came from (X-Forwarded-For, X-Forwarded-Proto).",
    )
    plain_text_from: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = Field(
        (),
        description="Addresses or networks, separated by commas, that may connect in plain text as well and "
        "are not believed where a request came from: a host that publishes this port on its own loopback.",
    )
    public_url: str = Field(
        "", description="How others reach this gateway, for links it gives out; empty: as it was asked."
    )
    most_body_bytes: int = Field(1 << 20, ge=1024, description="Largest request body but for uploads.")
    most_upload_bytes: int = Field(
        1 << 40, ge=1, description="Largest upload; ingest has a limit of its own."
    )
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Origins whose pages may call REST, such as https://player.example, separated by commas; "
        "*: pages of every origin may read stored objects, and only those.",
    )
    webhook_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Hosts that webhooks may lead to, separated by commas: mam.example, mam.example:8443, "
        "*.example; empty: none.",
    )
    setup_code_file: Path = Field(
        Path(".framewell/setup-code"),
        description="File, for its owner alone, with the code that makes the first administrator.",
    )
    session_idle_hours: float = Field(9, gt=0, le=720, description="Hours without a call that end a session.")
    session_hours: float = Field(72, gt=0, le=8760, description="Hours that end a session in any case.")
    oidc_issuer: str = Field(
        "", description="Issuer of the house's identity provider (OpenID Connect); empty: none."
    )
    oidc_client_id: str = Field("", description="How the gateway is known there.")
    oidc_client_secret: SecretStr = Field(SecretStr(""), description="Its secret there; empty: PKCE alone.")
    oidc_label: str = Field("Single sign-on", description="What the button on the sign-in page says.")
    oidc_scope: str = Field("openid profile", description="What the provider is asked for.")
    oidc_login_claim: str = Field("preferred_username", description="Claim of the ID token with the login.")
    oidc_role_claim: str = Field("groups", description="Claim of the ID token with groups or roles.")
    oidc_roles: dict[str, str] = Field(
        default_factory=dict,
        description='Roles by words of that claim: {"archive-editors": "curator"}; nobody comes without one.',
    )
    most_event_streams: int = Field(1024, ge=1, description="Event streams that may be open at once.")
    most_event_streams_of_caller: int = Field(256, ge=1, description="The same of one caller.")

    @field_validator("behind_proxy", "plain_text_from", mode="before")
    @classmethod
    def _split_networks(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        try:
            return tuple(ip_network(part.strip()) for part in value.split(",") if part.strip())
        except ValueError as error:
            raise ValueError(
                f"it takes addresses and networks such as 10.0.0.7,10.1.0.0/16: {error}"
            ) from None

    @field_validator("behind_proxy", "plain_text_from")
    @classmethod
    def _are_some(
        cls, networks: tuple[IPv4Network | IPv6Network, ...]
    ) -> tuple[IPv4Network | IPv6Network, ...]:
        if any(network.prefixlen == 0 for network in networks):
            raise ValueError("everybody is too many: name the addresses or networks that are meant")
        return networks

    @field_validator("webhook_hosts", mode="before")
    @classmethod
    def _split_hosts(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(part.strip().lower() for part in value.split(",") if part.strip())

    @field_validator("oidc_issuer")
    @classmethod
    def _is_issuer(cls, issuer: str) -> str:
        parts = urlsplit(issuer)
        if issuer and parts.scheme != "https" and not is_loopback(parts.hostname or ""):
            raise ValueError("an issuer is an https:// address")
        return issuer

    @field_validator("oidc_roles")
    @classmethod
    def _are_roles(cls, roles: dict[str, str]) -> dict[str, str]:
        for role in roles.values():
            if role not in PEOPLE:
                raise ValueError(f"{role[:40]!r} is no role: viewer, curator, rights or admin")
        return roles

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _split_origins(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(part.strip().lower().rstrip("/") for part in value.split(",") if part.strip())

    @field_validator("cors_origins")
    @classmethod
    def _are_origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for origin in origins:
            parts = urlsplit(origin)
            is_origin = parts.scheme in ("http", "https") and origin == f"{parts.scheme}://{parts.netloc}"
            if origin != "*" and not is_origin:
                raise ValueError("an origin is scheme, host and perhaps port, such as https://player.example")
        return origins
