"""A killed worker's files go; those of a worker beside it stay."""

from __future__ import annotations

import os
import time
from pathlib import Path

from framewell_transcode.adapters.scratch import LEFT_BEHIND_SECONDS, prepare_scratch


def test_only_what_has_no_owner_any_more_is_removed(tmp_path: Path) -> None:
    scratch = tmp_path / "not" / "there"
    assert prepare_scratch(scratch) == 0
    for name in ("old", "new"):
        (scratch / name).mkdir()
        (scratch / name / "segment").write_bytes(b"x")
    long_ago = time.time() - LEFT_BEHIND_SECONDS - 60
    os.utime(scratch / "old", (long_ago, long_ago))
    assert prepare_scratch(scratch) == 1
    assert [entry.name for entry in scratch.iterdir()] == ["new"]
