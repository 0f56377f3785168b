"""Ids are the same however often they are made, and different for different things."""

from uuid import UUID, uuid5

from hypothesis import given
from hypothesis import strategies as st

from framewell_contracts import identity

text = st.text(st.characters(exclude_characters="\x1f", exclude_categories=("Cs",)))


@given(text, text)
def test_ids_are_uuids_of_version_5(source: str, event: str) -> None:
    made = identity.asset_id(source, event)
    assert UUID(made).version == 5
    assert made == str(uuid5(identity.NAMESPACE, "\x1f".join(("asset", source, event))))


@given(text, text, text, text)
def test_different_events_are_different_assets(a: str, b: str, c: str, d: str) -> None:
    same = (a, b) == (c, d)
    assert (identity.asset_id(a, b) == identity.asset_id(c, d)) == same


def test_ids_never_change() -> None:
    """These are stored all over a mesh: a change of the code must not rename what exists."""
    assert identity.asset_id("/playout", "e1") == "cb14a95d-d71d-5502-b7a5-f7073b8d251b"
    assert identity.chunk_id("a", 0, 90000) == "a/0/90000"
