"""A forgotten name is known again by its keyed hash, in any spelling of case and punctuation, in any text."""

import pytest
from pydantic import SecretStr

from framewell_kit.name_hashes import NameHashes, folded
from framewell_kit.settings import MeshSettings

HASHES = NameHashes(b"key")


@pytest.mark.parametrize(
    "spelling",
    [
        "Jörg Müßigbrodt",
        "JÖRG MÜSSIGBRODT",
        " jörg  müssigbrodt ",
        "Jo\u0308rg Mu\u0308ßigbrodt",
        "Jörg, Müßigbrodt.",
    ],
)
def test_a_name_has_one_hash_however_it_is_spelled(spelling: str) -> None:
    assert HASHES.of(spelling) == HASHES.of("Jörg Müßigbrodt")
    assert len(HASHES.of(spelling)) == 64


def test_another_name_or_another_key_has_another_hash() -> None:
    assert HASHES.of("Jörg Müßigbrodt") != HASHES.of("Jörg Müller")
    assert HASHES.of("Jörg Müßigbrodt") != NameHashes(b"other").of("Jörg Müßigbrodt")


@pytest.mark.parametrize(
    ("text", "stands"),
    [
        ("Jörg Müßigbrodt", True),
        ("Prof. Dr. Jörg Müßigbrodt, Institut für Wetter", True),
        ("im Gespräch: JÖRG MÜSSIGBRODT", True),
        ("Jörg und Herr Müßigbrodt", False),
        ("Jörg Müßigbrodtmann", False),
        ("", False),
    ],
)
def test_a_name_is_found_in_a_text_as_whole_words(text: str, stands: bool) -> None:
    assert HASHES.any_in(text, [HASHES.of("Jörg Müßigbrodt")]) is stands


def test_names_of_twelve_words_are_found() -> None:
    name = " ".join(f"Name{number}" for number in range(12))
    assert HASHES.any_in(f"Es spricht {name}.", [HASHES.of(name)])


def test_nothing_is_looked_for_where_nobody_was_forgotten() -> None:
    assert not HASHES.any_in("Jörg Müßigbrodt", [])
    assert folded("—") == ""


@pytest.mark.parametrize("key", ["", "ab", "zz" * 32, "ab" * 33])
def test_a_key_that_is_none_is_refused_with_the_way_to_make_one(key: str) -> None:
    with pytest.raises(ValueError, match="openssl rand -hex 32"):
        MeshSettings(name_key=SecretStr(key)).name_hashes()


def test_the_key_of_the_settings_hashes() -> None:
    assert MeshSettings(name_key=SecretStr("6b" * 32)).name_hashes() == NameHashes(b"k" * 32)
