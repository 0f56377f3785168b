"""A process's folder for files under way: its own while it lives, gone with it, even if it was killed."""

import errno
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from framewell_kit.outcomes import Busy
from framewell_kit.scratch import own_scratch

HOLDER = (
    "import sys\n"
    "from pathlib import Path\n"
    "from framewell_kit.scratch import own_scratch\n"
    "with own_scratch(Path(sys.argv[1])) as own:\n"
    "    (own / 'original').write_bytes(b'x')\n"
    "    print(own, flush=True)\n"
    "    sys.stdin.read()\n"
)


def folders(shared: Path) -> list[Path]:
    return [entry for entry in shared.iterdir() if entry.is_dir()]


def test_a_folder_is_made_below_the_shared_one_and_goes_with_what_is_in_it(tmp_path: Path) -> None:
    shared = tmp_path / "not" / "there"
    with own_scratch(shared) as own:
        (own / "file").write_bytes(b"x")
        assert own.parent == shared
        with own_scratch(shared) as other:
            assert other != own
            assert (own / "file").read_bytes() == b"x"
    assert folders(shared) == []


def test_what_a_killed_process_left_goes_and_what_a_living_one_holds_stays(tmp_path: Path) -> None:
    kept = tmp_path / "not-ours"
    kept.mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        held = Path(holder.stdout.readline().strip())
        with own_scratch(tmp_path):
            assert (held / "original").is_file()
        holder.kill()
    assert held.is_dir()
    with own_scratch(tmp_path) as own:
        assert sorted(folders(tmp_path)) == sorted([kept, own])


def test_a_full_disk_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**_: object) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "mkdtemp", full)
    with pytest.raises(Busy, match="no room left for files under way"), own_scratch(tmp_path):
        pass
