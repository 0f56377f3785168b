"""The files of a model are given out below the model, and not once it was withdrawn."""

from __future__ import annotations

from dataclasses import replace

import pytest

from framewell.media.v1.media_pb2 import ObjectRef
from framewell.mesh.v1.mesh_pb2 import ModelVersion
from framewell.rights.v1.rights_pb2 import PURPOSE_OWN_TRAINING
from framewell.training.v1.training_pb2 import Lineage, TrainingCompleted
from framewell_kit.documents import MemoryDocuments
from framewell_kit.outcomes import Gone, NotFound
from framewell_kit.testing.clocks import HeldClock
from framewell_kit.tombstones import Going, Tombstones, class_subject
from framewell_training.domain.models import Model
from framewell_training.queries.find_object import FindModelFile
from framewell_training.steps.ask_permission import AskPermission

MODEL = Model(
    "identity/people",
    "3.0",
    "identity",
    (),
    snapshot_number=3,
    completed=TrainingCompleted(
        model=ModelVersion(name="identity/people", version="3.0"),
        lineage=Lineage(snapshot_id="people-3"),
        artefact=ObjectRef(key="ab/graph.onnx"),
        manifest=ObjectRef(key="ab/model.yaml"),
        card=ObjectRef(key="ab/card.md"),
    ),
)


class NothingRead:
    """A snapshot that is not known here, of which nothing was read."""

    async def get(self, snapshot_id: str) -> None:
        return None

    async def subjects_of(self, run_id: str) -> list[str]:
        return ["class:anna"]


def finder(model: Model, tombstones: Tombstones | None = None) -> FindModelFile:
    class Models:
        async def get(self, name: str, version: str) -> Model | None:
            return model if (name, version) == (model.name, model.version) else None

    buried = tombstones or Tombstones(MemoryDocuments(), HeldClock())
    ask = AskPermission(NothingRead(), buried, NothingRead(), str)  # type: ignore[arg-type]
    return FindModelFile(Models(), ask)  # type: ignore[arg-type]


@pytest.mark.parametrize("key", ["ab/graph.onnx", "ab/model.yaml", "ab/card.md"])
async def test_a_file_is_found_below_its_model_and_giving_it_out_is_recorded(key: str) -> None:
    found = await finder(MODEL)("identity/people@3.0", key)
    assert (found.ref.key, found.purpose, found.snapshot_id) == (key, PURPOSE_OWN_TRAINING, "people-3")


@pytest.mark.parametrize("owner", ["identity/people@3.1", "identity/others@3.0", "nonsense"])
async def test_another_model_does_not_open_it(owner: str) -> None:
    with pytest.raises(NotFound):
        await finder(MODEL)(owner, "ab/card.md")


async def test_a_key_that_is_none_of_its_files_opens_nothing() -> None:
    with pytest.raises(NotFound):
        await finder(MODEL)("identity/people@3.0", "ab/checkpoint.safetensors")


async def test_a_draft_is_not_there_yet() -> None:
    with pytest.raises(NotFound):
        await finder(replace(MODEL, draft=True))("identity/people@3.0", "ab/card.md")


async def test_a_withdrawn_model_is_gone_with_the_reason() -> None:
    with pytest.raises(Gone, match="its snapshot was withdrawn"):
        await finder(replace(MODEL, withdrawn="its snapshot was withdrawn"))(
            "identity/people@3.0", "ab/card.md"
        )


async def test_a_model_of_somebody_who_is_gone_is_gone_before_it_is_marked() -> None:
    tombstones = Tombstones(MemoryDocuments(), HeldClock())
    await tombstones.put(class_subject("anna"), Going.ERASED, "plan")
    with pytest.raises(Gone, match="Its class was erased"):
        await finder(MODEL, tombstones)("identity/people@3.0", "ab/card.md")
