"""`python -m framewell_models pull|verify|schema [--root FOLDER] [--with ANALYSER]`: what set-up calls.

The same work as `framewell models pull|verify|schema`, without the command's dependencies.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from framewell_models.fetch import FetchError
from framewell_models.folders import UnknownAnalyserError, default_root, expected, verify
from framewell_models.manifest_schema import schema_text
from framewell_models.pull import Pull


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb. Returns the exit code: 0 done, 1 failed."""
    parser = argparse.ArgumentParser(prog="framewell-models", description=__doc__)
    parser.add_argument("verb", choices=["pull", "verify", "schema"])
    parser.add_argument("--root", type=Path, default=default_root(), help="folder the models lie in")
    parser.add_argument(
        "--with", action="append", default=[], dest="analysers", metavar="ANALYSER",
        help="also fetch the models of this optional analyser; repeatable",
    )  # fmt: skip
    options = parser.parse_args(arguments)
    if options.verb == "schema":
        sys.stdout.write(schema_text())
        return 0
    return _pull(options.root, options.analysers) if options.verb == "pull" else _verify(options.root)


def _pull(root: Path, analysers: Sequence[str]) -> int:
    try:
        done = list(Pull(root)(expected(root, analysers)))
    except (FetchError, UnknownAnalyserError) as error:
        sys.stderr.write(f"models: {error}\n")
        return 1
    sys.stderr.write(f"models: {len(done)} in {root}, fetched {sum(one.fetched for one in done)}\n")
    return 0


def _verify(root: Path) -> int:
    problems = verify(root, expected(root))
    for problem in problems:
        sys.stderr.write(f"models: {problem}\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
