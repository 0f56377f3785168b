"""The gateway's process; with `setup-code` it makes a code for an administrator instead, and ends."""

import asyncio
import sys
from typing import Final

from framewell_gateway.settings import GatewaySettings
from framewell_gateway.wiring import setup_code, wire
from framewell_kit.outcomes import Busy
from framewell_kit.process import run_service
from framewell_kit.settings import MeshSettings, read_settings

SETUP_CODE: Final = "setup-code"


def main() -> None:
    """Read the settings and run until told to stop; or make a code, and print it with its file."""
    settings = read_settings(GatewaySettings)
    if sys.argv[1:] == [SETUP_CODE]:
        _print_code(settings)
    elif len(sys.argv) > 1:
        sys.exit(f"it takes nothing, or `{SETUP_CODE}`")
    else:
        run_service("gateway", settings, wire)


def _print_code(settings: GatewaySettings) -> None:
    """Print the file and the code. Exits with 1 where the database is away or the file cannot be written."""
    try:
        code, file = asyncio.run(setup_code(settings, read_settings(MeshSettings)))
    except (Busy, OSError) as error:
        sys.exit(f"no code could be made: {error}")
    sys.stdout.write(f"{code}\n")
    sys.stderr.write(f"It is in {file} too, works once, and for a day.\n")


if __name__ == "__main__":
    main()
