"""What archives hold is taken for what it is, and a half is still told from a whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from framewell_media.errors import MediaError
from framewell_media.probing import probe
from framewell_media.sandbox import Sandbox
from framewell_media.testing.archive_files import RECORDINGS, SOUNDS, make_recording, make_sound

CONTAINERS = {".m2ts": "mpegts", ".ts": "mpegts", ".mp4": "mp4", ".dv": "dv"}
SOUND_CONTAINERS = {".wav": "wav", ".aiff": "aiff", ".aifc": "aiff", ".aac": "aac"}


@pytest.mark.parametrize("name", RECORDINGS)
async def test_a_recording_is_recognised(sandbox: Sandbox, tmp_path: Path, name: str) -> None:
    path = make_recording(tmp_path, name)
    found = await probe(sandbox, path, file_name=name)
    assert (found.kind, found.container) == ("video", CONTAINERS[path.suffix])


@pytest.mark.parametrize("name", SOUNDS)
async def test_a_sound_is_recognised(sandbox: Sandbox, tmp_path: Path, name: str) -> None:
    path = make_sound(tmp_path, name)
    found = await probe(sandbox, path, file_name=name)
    assert (found.kind, found.container) == ("audio", SOUND_CONTAINERS[path.suffix])


@pytest.mark.parametrize("name", ["rf64.wav", "counts-its-header.wav", "sound.aiff"])
async def test_a_sound_cut_off_in_transfer_is_refused(sandbox: Sandbox, tmp_path: Path, name: str) -> None:
    path = make_sound(tmp_path, name)
    path.write_bytes(path.read_bytes()[:100_000])
    with pytest.raises(MediaError, match="cut off: it has 100,000 bytes, its own headers promise"):
        await probe(sandbox, path, file_name=name)
