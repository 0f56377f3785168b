"""The demo's sources: every one says its terms, and none is used against them."""

from __future__ import annotations

import hashlib
import os
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell.rights.v1.rights_pb2 import USE_ALLOWED, USE_PROHIBITED
from framewell_cli.main import all_commands
from framewell_contracts.cloudevents import decode
from framewell_contracts.identity import asset_id
from framewell_demo import command
from framewell_demo.broadcaster import PROHIBITED_UNTIL, contract, own_production, structured_json
from framewell_demo.sources import Source, Sources, SourcesMissingError, open_sources
from framewell_models.manifest import Member, Package


def test_the_demo_is_a_command_of_framewell() -> None:
    assert all_commands()["demo"] == "framewell_demo.command:demo"


@pytest.mark.parametrize(("shared_already", "mode"), [(False, 0o700), (True, 0o777)])
def test_the_demos_own_folder_is_for_its_owner_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shared_already: bool, mode: int
) -> None:
    """One that something else shares with others stays as it is; the mesh in it is closed in any case."""
    home = tmp_path / "demo"
    before = os.umask(0)
    try:
        if shared_already:
            home.mkdir()
        monkeypatch.setattr(command, "_fetch", lambda _: home.mkdir(exist_ok=True))
        command.demo(fetch_only=True, home=home)
    finally:
        os.umask(before)
    assert home.stat().st_mode & 0o777 == mode


def test_every_source_says_its_licence_and_terms() -> None:
    for source in open_sources().entries:
        assert source.licence, source.name
        assert len(source.terms) > 20, source.name
        assert source.use in {"render", "untouched", "tool"}


def test_what_may_not_be_reproduced_is_never_rendered() -> None:
    forbidden = [source for source in open_sources().entries if not source.reproducible]
    assert [source.name for source in forbidden] == ["official-portrait"]
    assert all(source.use == "untouched" for source in forbidden)


def test_files_of_one_package_are_fetched_once_and_checked(tmp_path: Path) -> None:
    sources, fetched = two_of_one_package(tmp_path)
    arrived = [source.name for source in sources.fetch(fetched)]
    assert arrived == ["one", "two"]
    assert fetched.calls == 1
    sources.check()
    assert list(sources.fetch(fetched)) == []


def test_a_changed_file_is_missed_and_the_way_out_is_named(tmp_path: Path) -> None:
    sources, fetched = two_of_one_package(tmp_path)
    list(sources.fetch(fetched))
    sources.path("two").write_bytes(b"something else")
    with pytest.raises(SourcesMissingError, match=r"two.*make setup"):
        sources.check()


def test_the_contract_is_one_statement_with_a_newer_revision() -> None:
    before, after = contract(signed=False), contract(signed=True)
    assert (before.issuer, before.statement_id) == (after.issuer, after.statement_id)
    assert (before.use, after.use) == (USE_PROHIBITED, USE_ALLOWED)
    assert after.revision > before.revision
    assert before.verbatim == PROHIBITED_UNTIL


def test_an_event_in_plain_json_is_read_as_the_same_request() -> None:
    request = IngestRequested(uri="file:///media/a.mp4", statements=[own_production()])
    asset = asset_id("demo.broadcast", "request-1")
    value = structured_json(request, "request-1", asset)
    for headers in ([], [("content-type", b"application/cloudevents+json")]):
        event = decode("framewell.ingest.requested.v1", headers, value)
        assert event.message == request
        assert event.envelope.subject == asset


class FetchedPackage:
    """A registry with one wheel in it."""

    def __init__(self, archive: Path) -> None:
        self.archive, self.calls = archive, 0

    def __call__(self, package: Package, folder: Path) -> Path:
        self.calls += 1
        target = folder / "package.whl"
        target.write_bytes(self.archive.read_bytes())
        return target


def two_of_one_package(tmp_path: Path) -> tuple[Sources, FetchedPackage]:
    archive = tmp_path / "package.whl"
    with zipfile.ZipFile(archive, "w") as writer:
        writer.writestr("media/one.mp4", b"one")
        writer.writestr("media/two.mp4", b"two")
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    template = open_sources().entries[0]

    def source(name: str) -> Source:
        member = Member(f"media/{name}.mp4", hashlib.sha256(name.encode()).hexdigest())
        package = replace(template.package, archive_sha256=digest, members=(member,))
        return replace(template, name=name, package=package)

    return Sources(tmp_path / "sources", (source("one"), source("two"))), FetchedPackage(archive)
