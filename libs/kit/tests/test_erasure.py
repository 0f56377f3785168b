"""Whoever asks to forget gets one answer from every service."""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from framewell.erasure.v1.erasure_pb2 import ErasureRequested
from framewell.mesh.v1.mesh_pb2 import Subject
from framewell_kit.erasure import Erase
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Rejected
from framewell_kit.testing.streams import a_cause


@dataclass
class Crops:
    """Erases as many crops as the id of its subject has letters."""

    async def __call__(self, subject_id: str, request: ErasureRequested, cause: Cause) -> Mapping[str, int]:
        return {"vectors": 0, "crops": len(subject_id)}


@pytest.mark.parametrize(
    ("subject", "counts"),
    [
        (Subject(asset_id="abc"), [("crops", 3), ("vectors", 0)]),
        (Subject(class_id="ab"), [("crops", 2), ("vectors", 0)]),
        (Subject(holder="Archiv"), []),
    ],
)
async def test_a_service_says_what_it_erased_and_answers_where_it_holds_nothing(
    subject: Subject, counts: list[tuple[str, int]]
) -> None:
    erase = Erase("dataset", asset=Crops(), class_=Crops())
    (completed,) = await erase(ErasureRequested(erasure_id="erasure-1", subject=subject), a_cause())
    assert (completed.erasure_id, completed.service, completed.subject) == ("erasure-1", "dataset", subject)
    assert [(one.kind, one.count) for one in completed.counts] == counts


@pytest.mark.parametrize(
    "subject", [Subject(), Subject(asset_id=""), Subject(sample_id="s"), Subject(source="//x")]
)
async def test_what_nobody_can_be_asked_to_forget_is_refused(subject: Subject) -> None:
    with pytest.raises(Rejected, match="names no asset, class or holder") as refused:
        await Erase("dataset", asset=Crops())(ErasureRequested(erasure_id="e", subject=subject), a_cause())
    assert refused.value.code == "unknown_subject"
