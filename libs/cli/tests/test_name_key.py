"""The mesh's key for names: made once, its owner's alone, and the one that was set."""

from pathlib import Path

import pytest

from framewell_cli.mesh.folder import MeshFolder
from framewell_cli.mesh.name_key import NAME_KEY_VARIABLE, name_key


def test_the_key_is_made_once_for_its_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(NAME_KEY_VARIABLE, raising=False)
    folder = MeshFolder(tmp_path / ".framewell")
    made = name_key(folder)
    assert len(bytes.fromhex(made)) == 32
    assert name_key(folder) == made
    assert folder.name_key.stat().st_mode & 0o777 == 0o600
    assert name_key(MeshFolder(tmp_path / "other")) != made


def test_a_key_of_the_environment_is_used_and_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(NAME_KEY_VARIABLE, "ab" * 32)
    folder = MeshFolder(tmp_path)
    assert name_key(folder) == "ab" * 32
    assert not folder.name_key.exists()
