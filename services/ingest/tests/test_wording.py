"""What free text about copyright says about use, read on the safe side."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewell.rights.v1.rights_pb2 import USE_ALLOWED, USE_CONSTRAINED, USE_PROHIBITED, USE_UNSPECIFIED, Use
from framewell_ingest.rights.plus import read_data_mining
from framewell_ingest.rights.wording import use_of


@pytest.mark.parametrize(
    ("text", "use"),
    [
        ("The photograph may not be manipulated in any way.", USE_PROHIBITED),
        ("No commercial use without permission", USE_PROHIBITED),
        ("Nutzung für Text und Data Mining untersagt", USE_PROHIBITED),
        ("Nutzungsvorbehalt nach § 44b UrhG", USE_PROHIBITED),
        ("Copyright 2020 A. Smith. All rights reserved.", USE_CONSTRAINED),
        ("© dpa – Alle Rechte vorbehalten", USE_CONSTRAINED),
        ("This image is in the public domain", USE_ALLOWED),
        ("https://creativecommons.org/publicdomain/zero/1.0/", USE_ALLOWED),
        ("Public domain, but may not be used for advertising", USE_PROHIBITED),
        ("© 2024 Kanal Eins", None),
        ("Copyright NASA", None),
        ("A. Fotografin / Agentur Nord", None),
        ("Ask the desk in Hamburg first", USE_UNSPECIFIED),
        ("", None),
        ("Ask the desk in Hamburg first; see sheet 12. Terms differ by country.", USE_UNSPECIFIED),
    ],
)
def test_words_are_read_as_a_lawyer_on_the_safe_side_would(text: str, use: Use.ValueType | None) -> None:
    assert use_of(text) == use


@given(st.text(max_size=200))
def test_a_sentence_that_forbids_is_never_outweighed(text: str) -> None:
    assert use_of(f"{text} It may not be reproduced.") == USE_PROHIBITED


@pytest.mark.parametrize(
    ("value", "use"),
    [
        ("http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED", USE_PROHIBITED),
        ("DMI-PROHIBITED-SEECONSTRAINT", USE_CONSTRAINED),
        ("http://ns.useplus.org/ldf/vocab/DMI-ALLOWED", USE_ALLOWED),
        ("http://ns.useplus.org/ldf/vocab/DMI-SOMETHING-NEW", USE_UNSPECIFIED),
    ],
)
def test_the_data_mining_property_is_read_by_its_vocabulary(value: str, use: Use.ValueType) -> None:
    reading = read_data_mining(value)
    assert reading is not None
    assert reading.use == use


def test_an_unspecified_data_mining_property_says_nothing() -> None:
    assert read_data_mining("http://ns.useplus.org/ldf/vocab/DMI-UNSPECIFIED") is None
