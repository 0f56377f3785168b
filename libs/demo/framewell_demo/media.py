"""The demo's media, ready to be taken in: rendered programmes, untouched files, a broken one."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

from framewell_demo.rendering.programmes import (
    Studio,
    broken_file,
    programme_a,
    programme_b,
    programme_c,
)
from framewell_demo.sources import Sources

_RENDERED: Final[Mapping[str, Callable[[Studio, Path], None]]] = {
    "programme-a.mp4": programme_a,
    "programme-b.mp4": programme_b,
    "programme-c.mp4": programme_c,
}


@dataclass(frozen=True, slots=True)
class Media:
    """Files by what they are in the story."""

    programme_a: Path
    programme_b: Path
    programme_c: Path
    photo: Path
    footage: tuple[Path, ...]
    broken: Path


def prepare(sources: Sources, folder: Path) -> Media:
    """Render what is not rendered yet, in `folder`; files whose terms forbid it are used where they lie.

    What was rendered from other sources or by other code is drawn anew. Raise SourcesMissingError.
    """
    sources.check()
    made_from, digest = folder / ".made-from", _digest(sources)
    if not made_from.is_file() or made_from.read_text() != digest:
        drawing = folder.with_name(f".{folder.name}.drawing")
        for left in (folder, drawing):
            shutil.rmtree(left, ignore_errors=True)
        drawing.mkdir(parents=True)
        studio = Studio.open(sources)
        for name, draw in _RENDERED.items():
            draw(studio, drawing / name)
        broken_file(sources, drawing / "broken.mp4")
        (drawing / made_from.name).write_text(digest)
        drawing.rename(folder)
    return Media(
        programme_a=folder / "programme-a.mp4",
        programme_b=folder / "programme-b.mp4",
        programme_c=folder / "programme-c.mp4",
        photo=sources.path("official-portrait"),
        footage=(sources.path("bikes"), sources.path("big-buck-bunny")),
        broken=folder / "broken.mp4",
    )


def _digest(sources: Sources) -> str:
    """Name a rendering by what it is made from: the sources and the very code that draws."""
    digest = hashlib.sha256()
    for source in sources.entries:
        digest.update(source.sha256.encode())
    code = resources.files("framewell_demo.rendering")
    for module in sorted(code.iterdir(), key=lambda entry: entry.name):
        if module.name.endswith(".py"):
            digest.update(module.read_bytes())
    return digest.hexdigest()[:16]
