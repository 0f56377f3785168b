"""What a child names as missing is checked before it is fetched: it may have been taken over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from framewell_kit.objects.sparse import SparseCopy
from framewell_media.errors import JobFailed
from framewell_transcode.adapters.sparse_source import run_on_part


@pytest.mark.parametrize(
    "absent", [[-1, 5], [100, 1], [0, 0], [0, 101], [0], ["0", "1"], [True, 1], {"0": 1}, 7, [0, 1.5]]
)
async def test_bytes_that_no_file_has_are_not_fetched(tmp_path: Path, absent: Any) -> None:
    async def run(_: dict[str, Any]) -> dict[str, Any]:
        return {"absent": absent}

    with pytest.raises(JobFailed, match="does not have"):
        await run_on_part(SparseCopy(tmp_path / "x", 100), None, run)
