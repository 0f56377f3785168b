"""Carry the whole corpus through the jobs of a mesh: `make fuzz-media`, in minutes.

Prints the slowest files and every fault; exit code 1 where there is one.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections import Counter
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import Final

from framewell_media.testing import make_clip
from hostile.corpus import make_corpus
from hostile.inspection import Inspection
from hostile.mesh_jobs import inspectors, reading_sandbox, working_sandbox
from hostile.originals import make_originals
from hostile.surroundings import surroundings
from hostile.whole_mesh import faults_of_a_mesh

_NTH: Final = 4
"""The mesh gets every fourth file: each goes through six services."""


async def _inspect_all(folder: Path, only: str, *, verbose: bool) -> list[str]:
    """Return every fault of the files whose name fits the pattern."""
    with surroundings(make_clip(folder / "canary.mp4")) as around:
        (folder / "originals").mkdir()
        files = list(make_corpus(make_originals(folder / "originals"), around.traps))
        around.canary_was_opened()
        found: list[Inspection] = []
        with reading_sandbox() as reader, working_sandbox() as worker:
            async with inspectors(reader, worker, folder / "objects") as inspector:
                for file in (file for file in files if fnmatchcase(file.name, only)):
                    one = await inspector.inspect(file, folder)
                    found.append(one)
                    if one.faults or verbose:
                        print(
                            f"{one.name}: {one.size:,} bytes, {one.cpu_seconds:.1f} s, {one.ends}", flush=True
                        )
        faults = [f"{one.name}: {fault}" for one in found for fault in one.faults]
        faults += [f"somebody called the listener: {caller}" for caller in around.callers]
        faults += ["somebody opened the canary"] if around.canary_was_opened() else []
    _report(found)
    return faults


async def _through_a_mesh(folder: Path, only: str) -> list[str]:
    """Return what a mesh of real processes does wrong with every _NTH file whose name fits the pattern."""
    (folder / "originals").mkdir()
    with surroundings(make_clip(folder / "canary.mp4")) as around:
        files = list(make_corpus(make_originals(folder / "originals"), around.traps))
        around.canary_was_opened()
        faults = await faults_of_a_mesh(
            [file for file in files if fnmatchcase(file.name, only)][::_NTH], folder
        )
        faults += [f"somebody called the listener: {caller}" for caller in around.callers]
        return faults + (["somebody opened the canary"] if around.canary_was_opened() else [])


def _report(found: list[Inspection]) -> None:
    ends = Counter(f"{job} {end.partition(':')[0]}" for one in found for job, end in one.ends.items())
    seconds = sum(one.cpu_seconds for one in found)
    print(f"{len(found)} files, {seconds:.0f} s of processor time; {dict(sorted(ends.items()))}")
    for one in sorted(found, key=lambda one: -one.cpu_seconds)[:8]:
        print(f"  {one.cpu_seconds:6.1f} s  {one.size:>10,} bytes  {one.name}")


def main() -> int:
    """Run the corpus and return the exit code."""
    parser = argparse.ArgumentParser(prog="hostile", description=__doc__)
    parser.add_argument("--only", default="*", help="a pattern of names, e.g. 'box-*'")
    parser.add_argument(
        "--mesh", action="store_true", help="send them to a mesh, a good live file beside them"
    )
    parser.add_argument("--verbose", action="store_true", help="print how each file ended")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = _through_a_mesh if options.mesh else partial(_inspect_all, verbose=options.verbose)
        faults = asyncio.run(work(Path(folder), options.only))
    for fault in faults:
        print(f"FAULT {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
