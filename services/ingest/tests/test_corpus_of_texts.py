"""Free text about rights, read as the corpus says: nothing is read as permitted or harmless that is not."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from framewell.rights.v1.rights_pb2 import USE_ALLOWED, USE_CONSTRAINED, USE_PROHIBITED, USE_UNSPECIFIED, Use
from framewell_ingest.rights.wording import forbids_analysis, use_of

CORPUS = Path(__file__).parent / "corpus"
READINGS = {
    USE_ALLOWED: "permits",
    USE_PROHIBITED: "forbids",
    USE_CONSTRAINED: "reserves",
    USE_UNSPECIFIED: "unreadable",
    None: "nothing",
}
STRICTNESS = {"permits": 0, "nothing": 1, "unreadable": 2, "reserves": 2, "forbids": 2}
"""A reading below the right one in this order is a permissive error."""


@dataclass(frozen=True, slots=True)
class Example:
    """A text with its right reading, as a lawyer would give it, and why."""

    language: str
    text: str
    right: str
    why: str

    @property
    def read(self) -> str:
        use: Use.ValueType | None = use_of(self.text)
        return READINGS[use]

    @property
    def is_permissive(self) -> bool:
        return STRICTNESS[self.read] < STRICTNESS[self.right]


def examples(path: Path) -> list[Example]:
    rows = (line.split("\t") for line in path.read_text("utf-8").splitlines() if not line.startswith("#"))
    return [Example(language, _written(text), right, why) for language, text, right, why in rows]


def _written(text: str) -> str:
    text = re.sub(r"\\u([0-9a-f]{4})", lambda code: chr(int(code[1], 16)), text).replace("\\n", "\n")
    return re.sub(r"\{(\d+)×(.+?)\}", lambda repeated: " ".join([repeated[2]] * int(repeated[1])), text)


def table(texts: list[Example]) -> str:
    lines = [f"{'language':10}{'n':>5}{'right':>7}{'wrong':>7}{'permissive errors':>19}"]
    for name in (*Counter(example.language for example in texts), "all"):
        chosen = [example for example in texts if name in (example.language, "all")]
        right = sum(example.read == example.right for example in chosen)
        permissive = sum(example.is_permissive for example in chosen)
        lines.append(f"{name:10}{len(chosen):5}{right:7}{len(chosen) - right:7}{permissive:19}")
    return "\n".join(lines)


@pytest.mark.parametrize("file", sorted(CORPUS.glob("*.tsv")), ids=lambda path: path.stem)
def test_every_text_is_read_as_the_corpus_says(file: Path) -> None:
    texts = examples(file)
    print(f"\n{table(texts)}")  # noqa: T201 - the figures that the corpus is for
    wrong = [(e.text[:100], e.right, e.read) for e in texts if e.read != e.right]
    assert [(e.text[:100], e.right, e.read) for e in texts if e.is_permissive] == []
    assert wrong == []


def test_the_corpus_is_large_and_has_every_text_once() -> None:
    texts = [example for file in CORPUS.glob("*.tsv") for example in examples(file)]
    assert len(texts) >= 260
    assert {"en", "de", "fr", "es", "it", "pl"} <= {example.language for example in texts}
    assert max(Counter(example.text for example in texts).values()) == 1


def test_a_bare_name_is_harmless_where_the_file_names_its_creator_so() -> None:
    assert use_of("John Smith", ["JOHN  SMITH"]) is None
    assert use_of("John Smith", ["Jane Smith"]) == USE_UNSPECIFIED
    assert use_of("No AI", ["No AI"]) == USE_PROHIBITED


def test_texts_that_forbid_analysis_itself_withhold_it_and_others_do_not() -> None:
    texts = [example for example in examples(CORPUS / "texts.tsv") if example.right == "forbids"]
    named = [example.text for example in texts if example.why == "analysis itself is forbidden"]
    assert len(named) == 10
    assert [text for text in named if not forbids_analysis(text)] == []
    assert not any(
        map(forbids_analysis, ["No AI training", "Kein maschinelles Lernen", "No machine learning"])
    )
