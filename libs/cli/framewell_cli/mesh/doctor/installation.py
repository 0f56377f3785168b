"""Checks of what set-up has laid down: jars, models, environments, inference providers, the sandbox."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any, Final

from framewell_cli.mesh.doctor.check import Check
from framewell_cli.mesh.folder import MeshFolder
from framewell_cli.mesh.keys import key_problems
from framewell_cli.mesh.programs import training_python
from framewell_cli.models.shipped import START_INFERENCE_AGAIN
from framewell_embedded.errors import CannotStart
from framewell_embedded.jars import jars_folder
from framewell_embedded.jars import problems as jar_problems
from framewell_models.folders import default_root, expected, is_there, shipped, verify

_SETUP: Final = "Run 'make setup' in the checkout."
_PROBE_SECONDS: Final = 60.0

# This command stands on contracts alone, as outsiders do: what only a service can tell is asked of a
# process with the service's own imports.
_DEVICES: Final = (
    "import json; from framewell_inference.adapters.serving.device_probe import report;"
    "print(json.dumps(report()))"
)
_TORCH: Final = (
    "import importlib.metadata, importlib.util, json; importlib.util.find_spec('torch') or exit('no torch');"
    "print(json.dumps(importlib.metadata.version('torch')))"
)
_SANDBOX: Final = (
    "import dataclasses, json; from framewell_media.sandbox.doctor import report;"
    "found = report(); print(json.dumps(dataclasses.asdict(found) | {'healthy': found.healthy}))"
)


def jars() -> Check:
    """Check that the broker's and the database's jars are the pinned ones."""
    try:
        found = jar_problems(jars_folder())
    except CannotStart as error:
        return Check("broker and database", "problem", str(error), _SETUP)
    if found:
        advice = "Delete infra/embedded/jars and run 'make setup'."
        return Check("broker and database", "problem", "; ".join(found), advice)
    return Check("broker and database", "ok", "jars present, hashes as pinned")


def keys(folder: MeshFolder) -> Check:
    """Check the keys of the mesh of this folder; those of one that never was up are made at its start."""
    if problems := key_problems(folder):
        return Check("keys", "problem", " ".join(problems), "Keep copies of both, apart from the data.")
    there = "name.key and audit.key can be used" if folder.has_data else "made at the first start"
    return Check("keys", "ok", there)


def models() -> Iterator[Check]:
    """Check that every model the mesh ships with is there, byte for byte; name optional analysers without."""
    root = default_root()
    manifests = expected(root)
    problems = verify(root, manifests)
    if not problems:
        yield Check("models", "ok", f"{len(manifests)} present, hashes as pinned ({root})")
    absent = sorted({one.analyser for one in shipped() if one.optional and not is_there(root, one.ref)})
    for analyser in absent:
        advice = f"To have it: 'framewell models pull --with {analyser}', then {START_INFERENCE_AGAIN}."
        yield Check(f"analyser {analyser}", "ok", "not installed (optional)", advice)
    for problem in problems:
        yield Check("models", "problem", problem, "Run 'framewell models pull'.")


def providers() -> Check:
    """Check where models run: what is asked for, what the runtime has, and what a graph runs on."""
    try:
        found: dict[str, Any] = _ask(sys.executable, _DEVICES)
    except CannotStart as error:
        return Check("inference providers", "problem", str(error), _SETUP)
    has = ", ".join(found["available"])
    sentence = f"{found['used']} (asked for {found['asked']}; the runtime has {has})"
    if found["fallback"]:
        advice = "Models run on the CPU meanwhile. FRAMEWELL_INFERENCE_DEVICE says what is asked for."
        return Check("inference providers", "note", f"{sentence}: {found['fallback']}", advice)
    if os.path.exists("/dev/nvidia0") and "CUDA" not in found["available"]:  # noqa: PTH110
        advice = "A GPU is here and goes unused: install onnxruntime-gpu in place of onnxruntime."
        return Check("inference providers", "note", sentence, advice)
    return Check("inference providers", "ok", sentence)


def training() -> Check:
    """Check training's own environment, with torch in it."""
    try:
        version: str = _ask(training_python(), _TORCH)
    except CannotStart as error:
        return Check("training environment", "problem", str(error), _SETUP)
    return Check("training environment", "ok", f"torch {version}")


def sandbox() -> Check:
    """Check what holds a child process that reads a hostile file."""
    try:
        found: dict[str, Any] = _ask(sys.executable, _SANDBOX)
    except CannotStart as error:
        return Check("media sandbox", "problem", str(error), _SETUP)
    layers = ", ".join(f"{name}: {state}" for name, state in found["layers"].items())
    if found["healthy"]:
        missing = [name for name, state in found["layers"].items() if not state.startswith("in force")]
        return Check("media sandbox", "note" if missing else "ok", layers)
    reason = found["problem"] or f"a child could still: {', '.join(found['allowed'])}"
    advice = "Media is not read without these. Run on Linux with seccomp, outside restricted containers."
    return Check("media sandbox", "problem", f"{reason} ({layers})", advice)


def _ask(python: str, code: str) -> Any:
    """Return the JSON that the code prints. Raise CannotStart with the last line of its error."""
    try:
        answer = subprocess.run(
            [python, "-c", code], capture_output=True, text=True, check=False, timeout=_PROBE_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotStart(f"{python} does not answer: {error}") from None
    if answer.returncode:
        last = answer.stderr.strip().splitlines() or ["no reason given"]
        raise CannotStart(last[-1])
    return json.loads(answer.stdout.strip().splitlines()[-1])
