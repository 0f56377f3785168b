"""Settings of the gateway: environment variables `FRAMEWELL_GATEWAY_<NAME>`."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from framewell_kit.settings import ServiceSettings


class GatewaySettings(ServiceSettings):
    """Settings of the gateway. Who may call it stands in the shared `FRAMEWELL_TOKENS`."""

    model_config = SettingsConfigDict(env_prefix="FRAMEWELL_GATEWAY_", frozen=True, extra="ignore")

    bind: str = Field(
        "",
        description="Address REST listens on; empty: the shared FRAMEWELL_BIND. Not loopback: needs tokens.",
    )
    port: int = Field(0, ge=0, le=65535, description="Port REST listens on; 0: the port base + 10.")
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
    erasing_authorities: frozenset[str] = Field(
        frozenset({"rights", "admin", "local"}),
        description="Authorities that may ask over REST for an erasure.",
    )
    most_event_streams: int = Field(1024, ge=1, description="Event streams that may be open at once.")
    most_event_streams_of_caller: int = Field(256, ge=1, description="The same of one caller.")

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
