"""`python -m framewell_models pull|verify|schema [--root FOLDER]`: what set-up calls.

The same work as `framewell models pull|verify|schema`, without the command's dependencies.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from framewell_models.fetch import FetchError
from framewell_models.folders import default_root, shipped, verify
from framewell_models.manifest_schema import schema_text
from framewell_models.pull import Pull


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb. Returns the exit code: 0 done, 1 failed."""
    parser = argparse.ArgumentParser(prog="framewell-models", description=__doc__)
    parser.add_argument("verb", choices=["pull", "verify", "schema"])
    parser.add_argument("--root", type=Path, default=default_root(), help="folder the models lie in")
    options = parser.parse_args(arguments)
    if options.verb == "schema":
        sys.stdout.write(schema_text())
        return 0
    return _pull(options.root) if options.verb == "pull" else _verify(options.root)


def _pull(root: Path) -> int:
    try:
        fetched = [str(done.manifest.ref) for done in Pull(root)(shipped()) if done.fetched]
    except FetchError as error:
        sys.stderr.write(f"models: {error}\n")
        return 1
    sys.stderr.write(f"models: {len(shipped())} in {root}, fetched {len(fetched)}\n")
    return 0


def _verify(root: Path) -> int:
    problems = verify(root, shipped())
    for problem in problems:
        sys.stderr.write(f"models: {problem}\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
