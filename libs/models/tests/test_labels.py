"""Files of labels: one word a line for each output, which says what it seems to say."""

from __future__ import annotations

from pathlib import Path

import pytest

from framewell_models.folders import ModelFolder, shipped
from framewell_models.labels import distinct, read_labels
from framewell_models.manifest import ManifestError


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a\n\nb", "line 2 is empty"),
        ("\n", "line 1 is empty"),
        ("a\n \t \nb", "line 2 is empty"),
        ("a\nb\na", "line 3 is 'a', as line 1 is"),
        ("a\n a ", "line 2 is 'a', as line 1 is"),
        ("a\x00b", "line 1 has control characters"),
        ("a\n\x1b[31mred", "line 2 has control characters"),
        ("a\n\u202egod", "line 2 has control characters"),
        ("a\u2028b", "line 1 has control characters"),
        ("a" * 301, "line 1 has more than 300 characters"),
        ("\n".join(map(str, range(100_001))), "has 100001 lines"),
    ],
)
def test_labels_that_say_nothing_hide_something_or_are_there_twice_are_refused(
    tmp_path: Path, text: str, complaint: str
) -> None:
    path = tmp_path / "labels.txt"
    path.write_bytes(text.encode())
    with pytest.raises(ManifestError, match=complaint):
        read_labels(path)


def test_labels_are_the_lines_of_any_script_and_any_editor(tmp_path: Path) -> None:
    path = tmp_path / "labels.txt"
    path.write_bytes("\ufeffdog\r\n Straße \r\nکتاب\u200cخانه\r\n".encode())
    assert read_labels(path) == ("dog", "Straße", "کتاب\u200cخانه")


def test_labels_of_a_graph_that_are_empty_or_there_twice_get_the_number_of_their_line() -> None:
    given = ["crane", "dog", "crane", "", " dog", "crane (3)"]
    assert distinct(given) == ("crane", "dog", "crane (3) (3)", "(4)", "dog (5)", "crane (3)")


def test_tokens_of_a_model_that_ships_are_no_labels(tmp_path: Path) -> None:
    manifest = next(one for one in shipped() if one.name == "speech/whisper-decoder")
    (tmp_path / manifest.labels).write_text("a\n\nb\n")
    assert ModelFolder(manifest, tmp_path).labels() == ("a", "", "b")
