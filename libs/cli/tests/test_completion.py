"""Shells complete commands, groups, options and choices."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

BIN = str(Path(sys.executable).parent)
ASK_BASH = """
source <(framewell completion bash)
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_framewell_completion framewell
printf '%s\\n' "${COMPREPLY[@]}"
"""


def bash(*words: str) -> list[str]:
    """What bash offers for the last of these words."""
    answer = subprocess.run(
        ["bash", "--norc", "-c", ASK_BASH, "bash", *words],
        env={**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}"},
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert answer.stderr == ""
    return answer.stdout.split()


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
def test_bash_completes_commands_options_and_choices() -> None:
    assert {"status", "scale", "settings", "show", "search", "similar", "scale-in"} == {
        *bash("framewell", "s")
    }
    assert bash("framewell", "dlq", "re") == ["replay", "resume"]
    assert "--dry-run" in bash("framewell", "dlq", "replay", "--")
    assert bash("framewell", "completion", "") == ["bash", "zsh", "fish"]
    assert "demo" in bash("framewell", "d"), "a command of an installed package"


@pytest.mark.parametrize(
    ("shell", "script"), [("zsh", "#compdef framewell"), ("fish", "complete --command framewell")]
)
def test_zsh_and_fish_get_a_script_and_answers(shell: str, script: str) -> None:
    framewell = f"{BIN}/framewell"
    printed = subprocess.run([framewell, "completion", shell], capture_output=True, text=True, check=True)
    assert script in printed.stdout
    asked = {
        "_FRAMEWELL_COMPLETE": f"complete_{shell}",
        "_TYPER_COMPLETE_ARGS": "framewell dlq re",
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
    }
    answer = subprocess.run(
        [framewell], env={**os.environ, **asked}, capture_output=True, text=True, check=True
    )
    assert "replay" in answer.stdout
    assert "discard" not in answer.stdout
