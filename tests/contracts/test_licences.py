"""What dependencies declare is what docs/licences.md takes, and the check refuses what it does not."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "licences.md"


def checked(page: Path) -> tuple[int, str]:
    """Return the exit code and the sentences of the check with that page."""
    done = subprocess.run(
        [sys.executable, ROOT / "infra" / "make" / "licences", "--page", page],
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.stderr
    return done.returncode, done.stdout


def without(text: str) -> Callable[[str], str]:
    return lambda page: page.replace(text, "")


def with_row(text: str) -> Callable[[str], str]:
    return lambda page: page.replace("| `cuda-toolkit`", f"{text}\n| `cuda-toolkit`")


def test_every_dependency_is_under_a_licence_that_is_taken() -> None:
    code, said = checked(PAGE)
    assert code == 0, said


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (without("`MPL-2.0`"), "certifi (PyPI) declares MPL-2.0, which docs/licences.md does not take"),
        (without("`BlueOak-1.0.0`"), "(npm) declares BlueOak-1.0.0, which"),
        (without("`BSD-2-Clause`"), "zstd-jni-1.5.7-17 (Maven) declares BSD-2-Clause, which"),
        (with_row("| `tea` | `GPL-3.0-only` | good |"), "has a row for tea, which no lock brings"),
    ],
    ids=["python", "npm", "java", "needless-row"],
)
def test_what_the_page_does_not_say_is_refused(
    change: Callable[[str], str], sentence: str, tmp_path: Path
) -> None:
    page = tmp_path / "licences.md"
    page.write_text(change(PAGE.read_text()))
    code, said = checked(page)
    assert code == 1
    assert sentence in said
