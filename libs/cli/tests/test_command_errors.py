"""How the command ends when it is used wrongly, interrupted, or nobody reads what it prints."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from framewell_kit.testing.waiting import PATIENCE

FRAMEWELL = (sys.executable, "-m", "framewell_cli.main")


def framewell(*words: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*FRAMEWELL, *words],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["topcis"], "framewell: No such command 'topcis'. Did you mean 'topics'? See 'framewell --help'."),
        (["ingest"], "framewell ingest: Missing argument 'FILE|URL…'. See 'framewell ingest --help'."),
        (["assets", "--limits", "3"], "No such option"),
        (
            ["assets", "--limit", "x"],
            "framewell assets: Invalid value for '--limit': Input should be a valid integer. See",
        ),
        (["completion", "tcsh"], "Invalid value for 'shell': 'tcsh' is not one of 'bash', 'zsh', 'fish'."),
        (["show", "x"], "'x' is no id of an asset"),
    ],
)
def test_wrong_use_is_said_in_one_line_with_exit_code_2(
    words: list[str], expected: str, tmp_path: Path
) -> None:
    answer = framewell(*words, folder=tmp_path)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert len(answer.stderr.splitlines()) == 1
    assert expected in answer.stderr


def test_a_group_without_a_command_shows_its_help(tmp_path: Path) -> None:
    answer = framewell("dlq", folder=tmp_path)
    assert answer.returncode == 2
    assert "replay" in answer.stdout
    assert not answer.stderr


def test_an_error_is_a_problem_in_json_where_json_was_asked_for(tmp_path: Path) -> None:
    answer = framewell("status", "--json", folder=tmp_path)
    assert (answer.returncode, answer.stdout) == (3, "")
    problem = json.loads(answer.stderr)
    assert problem["title"] == "The mesh cannot be reached"
    assert "framewell up" in problem["detail"]
    assert problem["exit_code"] == 3
    assert json.loads(framewell("assets", "--limit", "x", "--json", folder=tmp_path).stderr)["exit_code"] == 2


def test_a_pipe_that_nobody_reads_any_more_is_no_error_to_read_about(tmp_path: Path) -> None:
    for words in (["events", "describe"], ["topics", "access"], ["events", "describe", "--json"]):
        pipe = subprocess.Popen([*FRAMEWELL, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert pipe.stdout is not None
        assert pipe.stderr is not None
        pipe.stdout.close()
        assert pipe.stderr.read() == b""
        pipe.wait(30)
        pipe.stderr.close()


def test_ctrl_c_ends_a_command_without_a_word(tmp_path: Path) -> None:
    """It waits for a gateway that has its request and says nothing."""
    gateway = subprocess.Popen(
        [sys.executable, "-c",
         "import socket,time; s=socket.create_server(('127.0.0.1',0)); print(s.getsockname()[1],flush=True);"
         "s.settimeout(600); c,_=s.accept(); c.recv(1);"
         "print('asked',flush=True); time.sleep(600)"],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    # A shell's background jobs ignore interrupts, and so would what they start.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        assert gateway.stdout is not None
        port = gateway.stdout.readline().strip()
        command = subprocess.Popen(
            [*FRAMEWELL, "dataset", "list"],
            env={**os.environ, "FRAMEWELL_REST": f"http://127.0.0.1:{port}"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=tmp_path,
        )
        assert gateway.stdout.readline() == "asked\n"
        command.send_signal(signal.SIGINT)
        assert command.communicate(timeout=PATIENCE) == (b"", b"")
        assert command.returncode == 130
    finally:
        signal.signal(signal.SIGINT, before)
        gateway.kill()
        gateway.communicate()


def test_the_version_names_python_and_the_commit_of_a_checkout(tmp_path: Path) -> None:
    answer = framewell("--version", folder=tmp_path)
    assert answer.returncode == 0
    version = answer.stdout.split()
    assert version[0] == "framewell"
    assert version[2:4] == ["(Python", f"{sys.version.split()[0]},"]
    assert "commit" in answer.stdout


@pytest.mark.parametrize("words", ["up --detach", "down", "up --detach --json"])
def test_a_folder_that_may_not_be_written_is_said_in_one_sentence(tmp_path: Path, words: str) -> None:
    tmp_path.chmod(0o555)
    as_anybody = ["setpriv", "--bounding-set", "-all", "--inh-caps", "-all"] if os.geteuid() == 0 else []
    answer = subprocess.run(
        [*as_anybody, *FRAMEWELL, *words.split()],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert answer.returncode == 1
    assert "Traceback" not in answer.stderr
    last = answer.stderr.splitlines()[-1]
    assert str(tmp_path / ".framewell") in last
    assert "owner" in last
