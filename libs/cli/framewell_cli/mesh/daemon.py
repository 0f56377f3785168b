"""The supervisor as a process of its own: what `framewell up --detach` starts.

Its standard output is its log, which `up` follows; the last line of one that gives up is the reason.
"""

from __future__ import annotations

import sys
from contextlib import suppress

from framewell_cli.errors import CommandError
from framewell_cli.mesh.folder import MeshFolder
from framewell_cli.mesh.lifecycle import GAVE_UP, run_in_foreground
from framewell_cli.mesh.ports import Ports
from framewell_cli.mesh.programs import chosen
from framewell_embedded.errors import CannotStart


def _write(line: str) -> None:
    with suppress(OSError):  # a full disk: the mesh is to be looked after all the same
        print(line, flush=True)


def main() -> int:
    """Run `python -m framewell_cli.mesh.daemon kafka,mongo,…`."""
    try:
        names = chosen(sys.argv[1] if len(sys.argv) > 1 else None)
        run_in_foreground(MeshFolder.here(), Ports.from_environment(), names, _write)
    except (CannotStart, CommandError) as error:
        _write(f"{GAVE_UP}{error}")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
