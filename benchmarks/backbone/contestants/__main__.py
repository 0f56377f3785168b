"""Runs one contestant in a process of its own: `python -m benchmarks.backbone.contestants NAME TASK`."""

import json
import sys
from dataclasses import asdict
from importlib import import_module

from benchmarks.backbone.task import Task


def main() -> None:
    """The timing is the last line of stdout; what libraries and services log goes to stderr."""
    name, task = sys.argv[1], Task.parse(sys.argv[2])
    timing = import_module(f"benchmarks.backbone.contestants.{name}").run(task)
    print(json.dumps(asdict(timing)))


main()
