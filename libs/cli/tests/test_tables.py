"""Tables and sheets at a terminal of any width, and in a pipe."""

import random

import pytest
from rich.cells import cell_len

from framewell_cli import console
from framewell_cli.tables import cut, sheet_lines, table_lines

ASSET = "1c5b2c1e-0000-4000-8000-00000000000a"
COLUMNS = ("asset", "kind", "state", "title", "reason")
ROWS = [
    (ASSET, "video", "analysed", "Die Nachrichten um acht mit allem, was dazugehört", ""),
    (ASSET, "audio", "rejected", "新闻联播 " * 12, "the file holds neither pictures nor sound"),
]


def plain(*arguments: object, **options: object) -> list[str]:
    return [line.plain for line in table_lines(*arguments, **options)]  # type: ignore[arg-type]


def test_a_wide_table_is_cut_in_its_widest_column_of_text_and_keeps_its_ids_whole() -> None:
    head, first, second = plain(COLUMNS, ROWS, 150)
    assert head.split() == [*COLUMNS]
    assert first.startswith(ASSET)
    assert "…" in second
    assert "pictures nor sound" in second, (
        "the narrower column of text is left alone while the widest can be cut"
    )
    assert all(cell_len(line) <= 150 for line in (head, first, second))


def test_where_cutting_is_not_enough_rows_become_blocks_and_nothing_is_lost() -> None:
    lines = plain(COLUMNS, ROWS, 40)
    assert all(cell_len(line) <= 40 for line in lines)
    assert lines.count(ASSET) == 2
    assert not any("…" in line for line in lines)
    assert "".join("".join(line.split()) for line in lines).count("新闻联播") == 12


def test_in_a_pipe_nothing_is_cut() -> None:
    assert plain(COLUMNS, ROWS, None)[1].endswith("Die Nachrichten um acht mit allem, was dazugehört")


def test_a_column_may_be_declared_text_whatever_is_in_it() -> None:
    rows = [(ASSET, "x" * 500)]
    assert plain(("asset", "title"), rows, 80, text=("title",))[1].endswith("x…")
    assert len(plain(("asset", "title"), rows, 80)) > 2, "a long word is no text: it is folded"


@pytest.mark.parametrize("width", [40, 80, 200])
def test_no_line_is_wider_than_the_terminal_whatever_is_in_it(width: int) -> None:
    chance = random.Random(width)
    letters = ["a", "ß", " ", "新", "u\u0308", "👩\u200d🚒", "\t", "\x1b", "\n"]
    for _ in range(200):
        columns = [
            "".join(chance.choices("abc", k=chance.randint(1, 9))) for _ in range(chance.randint(1, 8))
        ]
        rows = [
            ["".join(chance.choices(letters, k=chance.randint(0, 60))) for _ in columns] for _ in range(3)
        ]
        sheet = sheet_lines([(row[0], row[-1]) for row in rows], width)
        for line in [*plain(columns, rows, width), *sheet, cut(" ".join(rows[0]), width)]:
            assert cell_len(line) <= width, (line, rows)


def test_a_sheet_folds_its_values_beside_their_names() -> None:
    lines = sheet_lines([("asset", ASSET), ("missing", "chunk 2 cannot be read: " * 4)], 60)
    assert lines[0] == f"asset    {ASSET}"
    assert lines[1].startswith("missing  chunk 2")
    assert lines[2].startswith("         ")
    assert all(len(line) <= 60 for line in lines)


def test_a_bare_list_is_no_answer() -> None:
    with pytest.raises(TypeError, match="one JSON object"):
        console.print_json([1])  # type: ignore[arg-type]
