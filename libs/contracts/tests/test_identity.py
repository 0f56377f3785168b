"""Ids are the same however often they are made, and different for different things."""

from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewell.ingest.v1.ingest_pb2 import IngestRequested
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
    assert identity.observation_id("a/0/90000", "faces", 3) == "faces/0/90000/3"
    assert identity.observation_id("", "speech", 2) == "speech/sound/2"


def test_a_request_that_names_no_asset_has_the_one_of_its_event() -> None:
    assert identity.requested_asset_id(IngestRequested(), "/playout", "e1") == identity.asset_id(
        "/playout", "e1"
    )
    assert identity.requested_asset_id(IngestRequested(asset_id="chosen"), "/playout", "e1") == "chosen"


def test_an_asset_id_in_capitals_is_the_same_asset() -> None:
    """REST looks assets up by lower-case ids: one kept in capitals could be neither shown nor removed."""
    chosen = "10EBAFD2-200C-49D9-9D9C-5A145ABBEFC0"
    assert identity.requested_asset_id(IngestRequested(asset_id=chosen), "/playout", "e1") == chosen.lower()


@given(st.integers(0, 99), st.integers(-(1 << 62), 1 << 62), st.integers(0, 9999))
def test_an_observation_leads_back_to_its_chunk(discontinuity: int, start_pts: int, ordinal: int) -> None:
    chunk = identity.chunk_id("asset-1", discontinuity, start_pts)
    observation = identity.observation_id(chunk, "faces", ordinal)
    assert identity.observation_chunk("asset-1", observation) == chunk


def test_an_observation_of_the_sound_has_no_chunk() -> None:
    assert identity.observation_chunk("asset-1", "speech/sound/2") == ""


@pytest.mark.parametrize("text", ["", "faces", "faces/3", "faces/0/90000/", "faces/0/90000/x"])
def test_what_is_no_observation_id_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no observation id"):
        identity.observation_chunk("asset-1", text)
