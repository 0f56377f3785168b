"""One self-contained HTML page: sections of tables, sentences and pictures; it fetches nothing.

Boxes are drawn by the page over the pictures, in fractions of the picture, so that pictures stay as
they are and names may carry any letter.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

from jinja2 import Environment


@dataclass(frozen=True, slots=True)
class Box:
    """A labelled rectangle, in fractions of the picture from its top left. `tone`: known, unknown or text."""

    x: float
    y: float
    width: float
    height: float
    label: str
    tone: str = "known"


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG with a caption, and boxes over it. `small` for crops; `credit` says whose picture it is."""

    jpeg: bytes
    caption: str
    boxes: Sequence[Box] = ()
    small: bool = False
    credit: str = ""

    @property
    def uri(self) -> str:
        """Return the picture as a data URI."""
        return "data:image/jpeg;base64," + base64.b64encode(self.jpeg).decode()


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under column names. A row's first cell may be `✓` or `✗`: it is coloured."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Quote:
    """A quotation and its source: a sentence of the rights gate, a reason for refusing a file (`refusal`)."""

    words: str
    by: str
    refusal: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with what belongs under it."""

    title: str
    text: str = ""
    tables: Sequence[Table] = ()
    quotes: Sequence[Quote] = ()
    pictures: Sequence[Picture] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """The whole page. `figures` are the few numbers to see first, each with what it counts."""

    title: str
    lead: str
    sections: Sequence[Section] = field(default_factory=tuple)
    figures: Sequence[tuple[str, str]] = ()


def render(page: Page) -> str:
    """Return the page as HTML; everything from outside is escaped."""
    template = (resources.files(__package__) / "page.html.jinja").read_text(encoding="utf-8")
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(template).render(page=page)


def write(page: Page, path: Path) -> None:
    """Write the page whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    partial.write_text(render(page), encoding="utf-8")
    partial.replace(path)
