"""The gateway's process."""

from framewell_gateway.settings import GatewaySettings
from framewell_gateway.wiring import wire
from framewell_kit.service import run_service


def main() -> None:
    """Read the settings and run until told to stop."""
    run_service("gateway", GatewaySettings(), wire)


if __name__ == "__main__":
    main()
