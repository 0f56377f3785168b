"""Settings of the gateway: environment variables `FRAMEWELL_GATEWAY_<NAME>`."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

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
