"""What lies in files of a mesh that `framewell up` started: read as bytes, whatever they are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from framewell_cli.erasure.findings import Finding, Looked, Verdict
from framewell_cli.erasure.subjects import Needles
from framewell_cli.erasure.text_search import Words, files_below
from framewell_cli.mesh.folder import MeshFolder
from framewell_cli.report.written_pages import WrittenPages


def search_files(needles: Needles, folder: MeshFolder) -> Iterator[Looked]:
    """Yield what stands in the files of database, objects, logs, report pages and backups' manifest."""
    words = Words(needles.words)
    yield _looked("database files", words, files_below(folder.database))
    yield _looked("object files", words, files_below(folder.objects))
    yield _gone(needles, folder.objects)
    yield _looked("log files", words, files_below(folder.logs))
    yield _looked("files under way", words, files_below(folder.scratch))
    pages = WrittenPages(folder)
    yield _looked("report pages", words, (path for path in pages.paths() if path.is_file()))
    yield _backups(words, folder.state / "backups" / "manifest.json")


def _looked(place: str, words: Words, paths: Iterator[Path]) -> Looked:
    searched, found = words.among(paths)
    if not found:
        return Looked(place, searched)
    return Looked(place, searched, (Finding(Verdict.LEFT, len(found), ", ".join(map(str, found[:3]))),))


def _gone(needles: Needles, objects: Path) -> Looked:
    """Look for the very files of crops, tables and media that were the subject's."""
    left = [key for key in needles.objects if (objects / key).exists()]
    if not left:
        return Looked("objects of the subject", len(needles.objects))
    finding = Finding(Verdict.LEFT, len(left), ", ".join(left[:3]))
    return Looked("objects of the subject", len(needles.objects), (finding,))


def _backups(words: Words, manifest: Path) -> Looked:
    """Backups cannot be changed: say which were made before and therefore have what was erased."""
    if not manifest.is_file():
        return Looked("backups", 0)
    try:
        listed = json.loads(manifest.read_text(encoding="utf-8"))
    except ValueError:
        return Looked("backups", not_searched=f"{manifest} cannot be read")
    names = [str(one.get("name", "")) for one in listed.get("backups", [])]
    found = [Finding(Verdict.LEFT, 1, str(manifest))] if words.within_file(manifest) else []
    if names:
        why = "made before the erasure: delete them, or let them expire; a restore replays the tombstones"
        found.append(Finding(Verdict.EXPIRES, len(names), ", ".join(names[:3]), why))
    return Looked("backups", len(names), found)
