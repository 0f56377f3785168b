"""The jars of the two servers, and whether they are the ones that `jars.sha256` pins.

`python -m framewell_embedded.jars verify` answers by its exit code; `… pin` writes the file anew after the
pom was changed on purpose.
"""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

from framewell_embedded.errors import CannotStart

_HOME = Path(__file__).resolve().parents[1]
PINS = _HOME / "jars.sha256"


def jars_folder() -> Path:
    """`FRAMEWELL_JARS`, else infra/embedded/jars. Raises CannotStart while set-up has not fetched them."""
    folder = Path(os.environ.get("FRAMEWELL_JARS") or _HOME / "jars")
    if not any(folder.glob("kafka_*.jar")):
        raise CannotStart(f"The broker's and database's jars are not in {folder}: run 'make setup' once.")
    return folder


def pinned() -> dict[str, str]:
    """Jar name → sha256, as committed."""
    lines = (line.split() for line in PINS.read_text().splitlines())
    return {name: digest for digest, name in lines}


def actual(folder: Path) -> dict[str, str]:
    """Jar name → sha256, as on disk."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.jar")}


def problems(folder: Path) -> list[str]:
    """Return one sentence for every jar that is missing, different or not pinned; empty is good."""
    wanted, present = pinned(), actual(folder)
    missing = [f"{name} is missing" for name in sorted(wanted.keys() - present.keys())]
    foreign = [f"{name} is not pinned" for name in sorted(present.keys() - wanted.keys())]
    changed = [
        f"{name} has sha256 {present[name]}, pinned is {wanted[name]}"
        for name in sorted(wanted.keys() & present.keys())
        if wanted[name] != present[name]
    ]
    return missing + changed + foreign


def main() -> int:
    """Verify or pin; see the module's docstring."""
    match sys.argv[1:]:
        case ["pin"]:
            digests = sorted(actual(jars_folder()).items())
            PINS.write_text("".join(f"{digest}  {name}\n" for name, digest in digests))
            print(f"{len(digests)} jars pinned in {PINS.name}")
            return 0
        case ["verify"]:
            found = problems(jars_folder())
            print(
                "\n".join(found) or f"{len(pinned())} jars are the pinned ones",
                file=sys.stderr if found else sys.stdout,
            )
            return 1 if found else 0
        case _:
            print("usage: python -m framewell_embedded.jars verify|pin", file=sys.stderr)
            return 2


if __name__ == "__main__":
    raise SystemExit(main())
