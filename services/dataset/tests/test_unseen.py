"""What may not be analysed is used for nothing, and a person who is forgotten leaves nameless faces, too."""

import pytest

from framewell.rights.v1 import rights_pb2 as rights
from framewell.sample.v1.sample_pb2 import SAMPLE_STATE_WITHDRAWN
from framewell.snapshot.v1.snapshot_pb2 import SnapshotPublished, SnapshotWithdrawn
from framewell_dataset.adapters.background_face_documents import BACKGROUND_FACES
from framewell_dataset.testing import DatasetBench
from framewell_dataset.testing.footage import DECIDED_BY, Seen, stated
from framewell_dataset.testing.people import accepted_people, decide, read_table, samples
from framewell_kit.testing.erasures import erasure_plan
from framewell_kit.testing.ids import asset_called


def no_analysis(asset_id: str) -> rights.RightsChanged:
    change = rights.RightsChanged(revision=1, actor=DECIDED_BY)
    change.subject.asset_id = asset_id
    change.statements.add(
        issuer="court", statement_id="1", purposes=[rights.PURPOSE_ANALYSIS], use=rights.USE_PROHIBITED
    )
    return change


async def test_a_late_no_to_analysis_takes_samples_snapshots_and_unnamed_faces(bench: DatasetBench) -> None:
    (sample_id,) = await accepted_people(bench, 1)
    await bench.take_in("crowd", stated())
    await bench.show("crowd", Seen(50))
    await bench.settle()
    await bench.deliver(no_analysis(asset_called(1)))
    await bench.deliver(no_analysis("crowd"))
    await bench.settle()
    (left,) = await samples(bench)
    assert left.state == SAMPLE_STATE_WITHDRAWN
    assert "may not be analysed" in left.reason
    assert bench.facts.of(SnapshotWithdrawn)
    assert not await bench.documents.find(BACKGROUND_FACES, {"asset_id": "crowd"})
    assert (await decide(bench, sample_id)).error
    newest = bench.facts.of(rights.RightsDecided)[-1]
    assert not any(each.allowed for each in newest.purposes)


@pytest.mark.parametrize("near", [True, False])
async def test_a_forgotten_person_leaves_faces_that_nobody_named(bench: DatasetBench, near: bool) -> None:
    await accepted_people(bench, 1, 2)
    await bench.take_in("crowd", stated())
    who = 1 if near else 50
    await bench.show("crowd", Seen(who, take=7), Seen(60, begin=8, shot=1, track=1))
    await bench.settle()
    (of_person,) = {
        each.class_id for each in await samples(bench) if each.provenance.asset_id == asset_called(1)
    }
    await bench.deliver(erasure_plan(class_ids=[of_person]))
    await bench.settle()
    kept = await bench.documents.find(BACKGROUND_FACES, {"asset_id": "crowd"})
    assert sum(len(each["faces"]) for each in kept) == (1 if near else 2)
    background = (await read_table(bench, bench.facts.of(SnapshotPublished)[-1].background)).to_pylist()
    assert len({row["face"] for row in background if row["asset_id"] == "crowd"}) == (1 if near else 2)
