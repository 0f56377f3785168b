"""docs/glossary.md leads to where terms are defined; `catalogue`, `gate` and `lane` mean one thing each."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "glossary.md"
LINK = re.compile(r"\[(`?)([^\]`]+)`?\]\(([^)]+)\)")
ENTRY = re.compile(r"- \*\*(?P<term>[^*]+)\*\*: (?P<definition>.+)")
PRODUCT = sorted(
    path
    for folder in ("libs/*/framewell_*", "services/*/framewell_*", "infra/*/framewell_*")
    for path in ROOT.glob(f"{folder}/**/*.py")
)

ONE_MEANING = {
    # Datasets and their classes: dataset's service, its stubs and modules.
    "catalogue": re.compile(
        r"(add_)?catalogue(_servicer?)*(_async)?(_stub|_pb2?)?(_pb2)?(_grpc)?(_to_server)?"
    ),
    # The rights gate, which is dataset's alone.
    "gate": re.compile(r"(rights_)?gate"),
    # Live and archive.
    "lane": re.compile(r"(live_|archive_)?lanes?(_live|_archive|_unspecified|_of)?"),
}
"""The identifiers (in snake case) that may have the word in them."""


def python_symbols(tree: ast.Module | ast.ClassDef, prefix: str = "") -> Iterator[str]:
    """Yield the names that a module or class defines, `Class.member` for those of a class."""
    for node in tree.body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield prefix + name
            case ast.ClassDef(name=name):
                yield prefix + name
                yield from python_symbols(node, f"{name}.")
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield prefix + name
            case ast.Assign(targets=[ast.Name(id=name)]):
                yield prefix + name


def proto_symbols(text: str) -> Iterator[str]:
    """Yield the messages, enums and services of a file, and `Message.field`."""
    container = ""
    for line in text.splitlines():
        if found := re.match(r"(?:message|enum|service) (\w+)", line):
            container = found[1]
            yield container
        elif found := re.match(r"\s+(?:(?:optional|repeated) )?[\w.<>, ]+ (\w+) = \d+", line):
            yield f"{container}.{found[1]}"


def headings(text: str) -> set[str]:
    """Return the anchors of a page, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def problem(code: str, text: str, target: str) -> str:
    """Return what is wrong with a link of the page, empty when it leads where it says."""
    name, _, anchor = target.partition("#")
    file = PAGE.parent / name
    if not file.is_file():
        return f"no file {name}"
    content = file.read_text()
    if anchor:
        return "" if anchor in headings(content) else f"no heading {anchor} in {name}"
    if not code:
        return f"{text}: neither a symbol nor a heading"
    symbols = python_symbols(ast.parse(content)) if file.suffix == ".py" else proto_symbols(content)
    return "" if text in set(symbols) else f"no {text} in {name}"


def entries() -> list[re.Match[str]]:
    """Return the entries of the page; every line of a list is one."""
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith("-")]
    found = [ENTRY.fullmatch(line) for line in lines]
    assert all(found), [line for line, entry in zip(lines, found, strict=True) if not entry]
    return [entry for entry in found if entry]


def identifiers(tree: ast.AST) -> Iterator[str]:
    """Yield every name that a module defines, receives or uses."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                yield name
            case ast.keyword(arg=str(name)):
                yield name


def test_every_term_is_linked_to_where_it_is_defined() -> None:
    """A page that leads to what was renamed or moved is worse than none."""
    wrong = [
        f"{entry['term']}: {found}"
        for entry in entries()
        for found in [problem(*link) for link in LINK.findall(entry["definition"])] or ["no link"]
        if found
    ]
    assert wrong == []


def test_every_term_stands_there_once() -> None:
    """Two entries would be two meanings."""
    terms = [entry["term"] for entry in entries()]
    assert sorted(terms) == sorted(set(terms))


@pytest.mark.parametrize("word", ONE_MEANING)
def test_a_word_has_one_meaning(word: str) -> None:
    """The catalogue of datasets and classes, the rights gate, the live and archive lanes."""
    part = re.compile(rf"(?<![a-z]){word}s?(?![a-z])")
    wrong = set()
    for path in PRODUCT:
        names = {path.stem, *path.relative_to(ROOT).parts[:-1], *identifiers(ast.parse(path.read_text()))}
        for name in names:
            snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().strip("_")
            elsewhere = word == "gate" and "services/dataset" not in str(path)
            if part.search(snake) and (elsewhere or not ONE_MEANING[word].fullmatch(snake)):
                wrong.add(f"{path.relative_to(ROOT)}: {name}")
    assert wrong == set()
