"""Runs one contestant on one core: `python -m benchmarks.media.contestants MODULE TASK`."""

import importlib
import json
import os
import sys
from dataclasses import asdict

from benchmarks.media.task import Task

os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
module = importlib.import_module(f"benchmarks.media.contestants.{sys.argv[1]}")
print(json.dumps(asdict(module.run(Task.load(sys.argv[2])))))
