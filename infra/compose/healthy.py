"""Health check inside a container: exit 0 when the service in FRAMEWELL_SERVICE says it is ready.

Beside the standard library it imports the list of services alone: a check must not cost what it checks.
"""

import os
import sys
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from framewell_contracts.services import SERVICES

HEALTH_OFFSET = 40
DEFAULT_BASE = 7400


def address(environment: "os._Environ[str] | dict[str, str]") -> str:
    """Return where the service serves its health. Raises ValueError for a service that is none."""
    base = int(environment.get("FRAMEWELL_PORT_BASE") or DEFAULT_BASE)
    port = base + HEALTH_OFFSET + SERVICES.index(environment.get("FRAMEWELL_SERVICE", "gateway"))
    return f"http://127.0.0.1:{port}/ready"


def main() -> int:
    """Return 0 when ready; otherwise write the reason to standard error and return 1."""
    try:
        with build_opener(ProxyHandler({})).open(address(os.environ), timeout=4) as answer:
            return 0 if answer.status == 200 else 1
    except (URLError, TimeoutError, ValueError) as error:
        sys.stderr.write(f"not ready: {error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
