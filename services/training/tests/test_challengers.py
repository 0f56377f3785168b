"""Challengers earn their place or stay out, with real training."""

from __future__ import annotations

import numpy as np
import pytest

from framewell.mesh.v1.mesh_pb2 import ModelVersion
from framewell_training.adapters.torch_linear import TorchLinearTrainer
from framewell_training.adapters.training_process import LinearSettings
from framewell_training.domain.judgement import Limits, Verdict
from framewell_training.recipes.identity.linear import Checkpoints
from framewell_training.recipes.identity.parameters import IdentityParameters
from framewell_training.recipes.identity.recipe import IdentityRecipe, Incumbent, Material

EMBEDDING = ModelVersion(name="faces/dlib-resnet", version="1.0")
PARAMETERS = IdentityParameters(0.52, 0.60, epochs=40)


class NoCheckpoints:
    """For trainings that are over in a moment."""

    def latest(self) -> bytes | None:
        return None

    def keep(self, epoch: int, epochs: int, state: bytes, loss: float) -> None:
        """Forget it."""


def recipe() -> IdentityRecipe:
    def trainer(parameters: IdentityParameters, seed: int, checkpoints: Checkpoints) -> TorchLinearTrainer:
        settings = LinearSettings(
            parameters.epochs, parameters.learning_rate, parameters.weight_decay, seed, "cpu"
        )
        return TorchLinearTrainer(settings, checkpoints)

    return IdentityRecipe(Limits(), enough_to_calibrate=100, trainers=trainer)


@pytest.mark.slow
def test_where_the_centroid_finds_everybody_no_challenger_wins(cast) -> None:
    photos = cast.photos({f"person-{n}": ["a", "b", "c"] for n in range(8)})
    learned = recipe().challenge(
        Material(1, photos, cast.background(60), EMBEDDING), PARAMETERS, 0, None, NoCheckpoints()
    )
    assert learned.draft is None
    assert learned.judgement.verdict is Verdict.REFUSED
    tried = {step.check.partition(".")[0] for step in learned.judgement.checks}
    assert tried == {"corrected", "linear"}


def test_a_challenger_that_finds_more_is_judged_against_what_is_in_service(cast) -> None:
    # Crops scatter so much that many photos lie beyond 0.52 of their centroid: hard light, old tape.
    cast_people = {f"person-{n}": [f"p{k}" for k in range(6)] for n in range(8)}
    cast.photo = lambda name: [
        float(x) for x in cast.person(name) + cast.random.standard_normal(128) * (0.49 / np.sqrt(128))
    ]
    photos, background = cast.photos(cast_people), cast.background(90)
    material = Material(2, photos, background, EMBEDDING)
    centroid = recipe().learn_centroids(material, PARAMETERS, None)
    incumbent = Incumbent(
        version="2.0",
        classes=photos.classes,
        snapshot_number=2,
        sample_ids=photos.sample_ids,
        embedding="faces/dlib-resnet@1.0",
        thresholds=centroid.draft.thresholds,
        distances=centroid.draft.head.distances,
        same_centroid=True,
    )
    learned = recipe().challenge(material, PARAMETERS, 0, incumbent, NoCheckpoints())
    assert learned.draft is not None, [step.sentence for step in learned.judgement.checks]
    assert learned.judgement.verdict is Verdict.PROMOTED
    assert learned.draft.figures.recalled.value > centroid.draft.figures.recalled.value
    assert learned.draft.figures.strangers.value <= Limits().false_names
    again = recipe().challenge(material, PARAMETERS, 0, incumbent, NoCheckpoints())
    assert again.draft.figures == learned.draft.figures
