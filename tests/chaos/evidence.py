"""The record of one whole run, from which the table in docs/promises.md is made."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from chaos.outcome import COLUMNS, Outcome

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docs" / "evidence" / "chaos.json"


def record(outcomes: Sequence[Outcome], seconds: float, revision: str) -> None:
    """Write what was found at a revision, clean or not."""
    rows = [[*outcome.cells(), "yes" if outcome.clean else "no"] for outcome in outcomes]
    load = max(outcome.load for outcome in outcomes)
    evidence = {
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "revision": revision,
        "machine": f"{os.cpu_count()} cores (load at most {load:.1f}), {platform.system()}, "
        f"Python {platform.python_version()}",
        "seconds": round(seconds),
        "tables": {"rows": {"columns": [*COLUMNS, "clean"], "rows": rows}},
        "raw": [asdict(outcome) for outcome in outcomes],
    }
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(json.dumps(evidence, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def current_revision() -> str:
    """The commit that is checked out, shortened."""
    answered = subprocess.run(
        ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    return answered.stdout.strip() or "unknown"
