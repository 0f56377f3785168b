"""What was measured, as tables of text: for the terminal, for the documentation, and as JSON."""

import json
import os
import platform
import subprocess
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
EVIDENCE = ROOT / "docs" / "evidence"


@dataclass(frozen=True, slots=True)
class Table:
    """Finished texts; the first column is a name, all others are figures."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __str__(self) -> str:
        widths = [max(map(len, column)) for column in zip(self.columns, *self.rows, strict=True)]
        return "\n".join(
            "  ".join(
                cell.rjust(width) if place else cell.ljust(width)
                for place, (cell, width) in enumerate(zip(line, widths, strict=True))
            ).rstrip()
            for line in (self.columns, *self.rows)
        )

    def as_json(self) -> dict[str, Any]:
        """For the generator of the documentation's tables."""
        align = ["left", *("right" for _ in self.columns[1:])]
        return {"columns": list(self.columns), "align": align, "rows": [list(row) for row in self.rows]}


def revision() -> str:
    """What was measured, as git names it."""
    answered = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return answered.stdout.strip() or "unknown"


def machine(*packages: str) -> str:
    """Return where it was measured: cores, system, the versions of Python and of `packages`."""
    system = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    versions = [f"{package} {version(package)}" for package in packages]
    return ", ".join([f"{os.cpu_count()} cores", system, *versions])


def verdict(reached: bool | None) -> str:
    """Return whether the goal was reached, as a cell; empty where there is none."""
    return "" if reached is None else "reached" if reached else "not reached"


def record(name: str, measured: dict[str, Any]) -> Path:
    """Write `docs/evidence/<name>.json`, from which `infra/make/evidence` writes the tables of the pages."""
    path = EVIDENCE / f"{name}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(measured, indent=2, ensure_ascii=False) + "\n")
    return path
