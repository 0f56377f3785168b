"""The gateway's process."""

from framewell_gateway.settings import GatewaySettings
from framewell_gateway.wiring import wire
from framewell_kit.process import run_service
from framewell_kit.settings import read_settings


def main() -> None:
    """Read the settings and run until told to stop."""
    run_service("gateway", read_settings(GatewaySettings), wire)


if __name__ == "__main__":
    main()
