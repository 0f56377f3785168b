"""Tables and sheets laid out as lines of text, never wider than they may be."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Final

from rich.cells import cell_len, chop_cells, set_cell_size
from rich.text import Text

from framewell_cli.plain_text import one_line

GAP: Final = "  "
LEAST_TEXT_WIDTH: Final = 12
"""A text column is not cut below this: rows become blocks instead."""

_LEAST_VALUE_WIDTH: Final = 20
"""With less room beside its name, a value goes on lines of its own."""

Row = Sequence[str]


def table_lines(
    columns: Row, rows: Sequence[Row], width: int | None, text: Collection[str] = ()
) -> list[Text]:
    """Return a table as lines of at most `width` cells, with the head first, in bold.

    Where it is too wide, the widest column of text is cut, with `…`. Text are the columns named in `text`
    and those with a space in a cell, but never the first, which holds ids. Where that is not enough, each
    row becomes a block of lines: nothing is cut then. Without a width nothing ever is.
    """
    rows = [[_flat(cell) for cell in row] for row in rows]
    lines = [columns, *rows]
    widths = [max(map(cell_len, cells)) for cells in zip(*lines, strict=True)]
    if width is not None:
        cuttable = {
            number
            for number, column in enumerate(columns)
            if number and (column in text or any(" " in row[number] for row in rows))
        }
        if not _narrow(widths, cuttable, width):
            return [line for row in rows for line in _block(columns, row, width)]
    head, *body = (GAP.join(map(_fitted, line, widths)).rstrip() for line in lines)
    return [Text(head, "bold"), *map(Text, body)]


def sheet_lines(rows: Sequence[tuple[str, str]], width: int | None) -> list[str]:
    """Return names with their values, one below the other; values too long for a line go on below it."""
    names = max((cell_len(name) for name, _ in rows), default=0)
    room = None if width is None else width - names - len(GAP)
    lines: list[str] = []
    for name, value in ((_flat(name), _flat(value)) for name, value in rows):
        if room is not None and width is not None and room < _LEAST_VALUE_WIDTH:
            lines += [*_folded(name, width), *(GAP + part for part in _folded(value, width - len(GAP)))]
            continue
        first, *rest = _folded(value, room)
        lines += [f"{_fitted(name, names)}{GAP}{first}".rstrip()]
        lines += [" " * (names + len(GAP)) + part for part in rest]
    return lines


def cut(text: str, width: int | None) -> str:
    """Return the text in one line of at most `width` cells; what is cut off is marked with `…`."""
    text = _flat(text)
    if width is None or cell_len(text) <= width:
        return text
    return set_cell_size(text, max(width - 1, 0)).rstrip() + "…"


def _flat(cell: str) -> str:
    return one_line(cell).replace("\t", " ")


def _fitted(cell: str, width: int) -> str:
    return set_cell_size(cut(cell, width), width)


def _narrow(widths: list[int], cuttable: Collection[int], width: int) -> bool:
    """Cut the widest of these columns until all fit. Return False where that is not enough."""
    while (excess := sum(widths) + len(GAP) * (len(widths) - 1) - width) > 0:
        widest = max(cuttable, key=lambda number: widths[number], default=-1)
        if widest < 0 or widths[widest] <= LEAST_TEXT_WIDTH:
            return False
        next_widest = max((widths[one] for one in cuttable if one != widest), default=0)
        least = max(LEAST_TEXT_WIDTH, min(next_widest, widths[widest] - 1))
        widths[widest] = max(least, widths[widest] - excess)
    return True


def _block(columns: Row, row: Row, width: int) -> Iterator[Text]:
    yield from (Text(line, "bold") for line in _folded(row[0], width))
    named = [(column, cell) for column, cell in zip(columns[1:], row[1:], strict=True) if cell]
    yield from (Text(GAP + line) for line in sheet_lines(named, width - len(GAP)))


def _folded(text: str, width: int | None) -> list[str]:
    """Return the text in lines of whole words; a word longer than a line is broken."""
    if width is None or cell_len(text) <= width:
        return [text]
    lines = [""]
    for word in text.split(" "):
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if cell_len(joined) <= width:
            lines[-1] = joined
        else:
            broken = chop_cells(word, width) or [""]
            lines = [*lines, *broken] if lines[-1] else broken
    return lines
