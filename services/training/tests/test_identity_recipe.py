"""What the recipe promises about people it has seen, and about everybody else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from framewell.mesh.v1.mesh_pb2 import ModelVersion
from framewell_training.domain.faces import BackgroundFaces, Crop, Photos
from framewell_training.domain.figures import Rate
from framewell_training.domain.judgement import Limits, Verdict
from framewell_training.recipes.identity.folds import make_splits
from framewell_training.recipes.identity.gallery import FALSE_NAMES, RAW
from framewell_training.recipes.identity.heads import CentroidHead, CorrectedHead, Thresholds
from framewell_training.recipes.identity.linear import LinearProblem
from framewell_training.recipes.identity.parameters import IdentityParameters
from framewell_training.recipes.identity.recipe import Draft, IdentityRecipe, Incumbent, Material

THRESHOLDS = Thresholds(0.52, 0.60)
PARAMETERS = IdentityParameters(THRESHOLDS.hit, THRESHOLDS.review)
NOBODY = BackgroundFaces.of_rows([])


class NoTrainer:
    """A centroid needs none: being asked is the failure."""

    def train(self, problem: LinearProblem):
        raise AssertionError("a trained head was asked for")


def recipe(enough: int = 100) -> IdentityRecipe:
    return IdentityRecipe(Limits(), enough_to_calibrate=enough, trainers=lambda *_: NoTrainer())


def material(photos: Photos, background: BackgroundFaces = NOBODY, number: int = 1) -> Material:
    return Material(number, photos, background, ModelVersion(name="faces/dlib-resnet", version="1.0"))


def served(draft: Draft, sample_ids: tuple[str, ...], version: str = "1.0") -> Incumbent:
    """Return a model that was made before, in service."""
    return Incumbent(
        version=version,
        classes=draft.classes,
        snapshot_number=1,
        sample_ids=sample_ids,
        embedding="faces/dlib-resnet@1.0",
        thresholds=draft.thresholds,
        distances=draft.head.distances,
    )


def test_one_accepted_sample_is_enough(cast) -> None:
    learned = recipe().learn_centroids(material(cast.photos({"anna": ["news-1"]})), PARAMETERS, None)
    assert learned.judgement.verdict is Verdict.PROMOTED
    assert learned.draft.classes == ("anna",)
    seen_again = np.array([cast.photo("anna")], dtype=np.float32)
    assert learned.draft.head.distances(seen_again)[0, 0] < learned.draft.thresholds.hit


def test_unknown_stays_unknown(cast) -> None:
    photos = cast.photos({"anna": ["news-1", "news-2"], "bert": ["news-1"]})
    learned = recipe().learn_centroids(material(photos), PARAMETERS, None)
    background = np.array([cast.photo(f"passer-by {number}") for number in range(200)], dtype=np.float32)
    assert learned.draft.head.distances(background).min() > learned.draft.thresholds.review


def test_crops_of_one_shot_count_as_one_photo(cast) -> None:
    many, one = cast.crops("anna", ["news-1"], crops=10), cast.crops("anna", ["news-2"], crops=1)
    learned = recipe().learn_centroids(material(Photos.of_crops(many + one)), PARAMETERS, None)
    shot = np.mean([crop.vector for crop in many], axis=0)
    expected = (shot + np.array(one[0].vector)) / 2
    np.testing.assert_allclose(learned.draft.head.centroids[0], expected, atol=1e-6)


def test_a_class_of_one_programme_is_learned_and_listed_as_not_evaluated(cast) -> None:
    photos = cast.photos({"anna": ["news-1", "news-2"], "bert": ["news-1"]})
    learned = recipe().learn_centroids(material(photos), PARAMETERS, None)
    assert set(learned.draft.classes) == {"anna", "bert"}
    assert learned.draft.figures.not_evaluated == ("bert",)
    assert learned.draft.figures.tried == {"anna": 2}


def test_no_fold_learns_a_class_from_a_programme_it_judges_it_on(cast) -> None:
    photos = cast.photos({"anna": ["a", "b", "c", "d", "e"], "bert": ["a", "b"], "carl": ["c"]})
    splits = make_splits(photos, cast.background(30))
    judged = 0
    for fold in splits.folds:
        learns = {(photos.class_ids[row], photos.programmes[row]) for row in np.flatnonzero(fold.learn)}
        for row in np.flatnonzero(fold.judge):
            judged += 1
            assert (photos.class_ids[row], photos.programmes[row]) not in learns
        assert not (fold.background_learn & fold.background_judge).any()
        assert not (fold.background_calibrate & fold.background_judge).any()
    assert judged == 7
    assert splits.not_evaluated(photos) == ("carl",)


def test_rows_reserved_for_judging_are_never_learned(cast) -> None:
    crops = cast.crops("anna", ["news-1"]) + cast.crops("anna", ["news-2"], learned=False)
    photos = Photos.of_crops(crops)
    learned = recipe().learn_centroids(material(photos), PARAMETERS, None)
    np.testing.assert_allclose(learned.draft.head.centroids[0], photos.vectors[photos.learned][0], atol=1e-6)
    assert learned.draft.figures.tried == {"anna": 1}


def test_an_unnamed_face_of_a_known_person_is_no_stranger(cast) -> None:
    photos = cast.photos({"anna": ["news-1"]})
    rows = [(f"track-{n}", "asset", cast.photo("anna")) for n in range(5)]
    rows += [(f"other-{n}", "asset", cast.photo(f"other-{n}")) for n in range(5)]
    background = BackgroundFaces.of_rows(rows)
    splits = make_splits(photos, background)
    usable = background.keep(splits.usable)
    assert usable.faces == tuple(f"other-{n}" for n in range(5)), "nothing is learned from likely members"
    judged = np.any([fold.background_judge for fold in splits.folds], axis=0)
    assert background.keep(judged).faces == usable.faces, "five faces of one person, who may be anna"
    learned = recipe().learn_centroids(material(photos, background), PARAMETERS, None)
    assert learned.judgement.verdict is Verdict.PROMOTED
    assert (learned.draft.figures.in_doubt, learned.draft.figures.strangers) == (1, Rate(0, 5))


def test_a_twin_among_the_classes_tightens_the_threshold(cast) -> None:
    programmes = {f"person-{n}": [f"p{k}" for k in range(6)] for n in range(20)}
    photos = cast.photos(programmes)
    # The twin's photos lie 0.36 from person-0: below what 21 people ask for, so it would be misnamed.
    away = cast.random.standard_normal(128)
    away *= 0.33 / np.linalg.norm(away)
    twin = [
        Crop(
            f"twin/{n}",
            "twin",
            "asset",
            f"p{n}",
            True,
            list(np.array(cast.photo("person-0")) * 0.2 + 0.8 * cast.person("person-0") + away),
        )
        for n in range(6)
    ]
    crops = [
        Crop(*row, True, list(vector))
        for *row, vector in zip(
            photos.sample_ids,
            photos.class_ids,
            photos.asset_ids,
            photos.programmes,
            photos.vectors,
            strict=True,
        )
    ]
    with_twin = Photos.of_crops(crops + twin)
    plain = recipe(30).learn_centroids(material(photos), PARAMETERS, None)
    tightened = recipe(30).learn_centroids(material(with_twin), PARAMETERS, None)
    assert plain.draft.thresholds.hit == RAW.distance_of(FALSE_NAMES, 20), "what twenty people ask for"
    assert tightened.draft.thresholds.hit < RAW.distance_of(FALSE_NAMES, 21)


def test_the_incumbent_is_judged_without_the_photos_it_is_tried_on(cast) -> None:
    photos = cast.photos({"anna": ["a", "b", "c"], "bert": ["a", "b", "c"]})
    before = recipe().learn_centroids(material(photos), PARAMETERS, None).draft
    incumbent = served(before, photos.sample_ids)
    learned = recipe().learn_centroids(material(photos, number=2), PARAMETERS, incumbent)
    assert learned.judgement.verdict is Verdict.WAITS, "the same samples again are no reason to change"
    withdrawn = replace(incumbent, replaced="snapshot 1 was withdrawn")
    learned = recipe().learn_centroids(material(photos, number=2), PARAMETERS, withdrawn)
    assert learned.judgement.verdict is Verdict.PROMOTED


def test_challengers_are_not_trained_on_too_little(cast) -> None:
    little = material(cast.photos({"anna": ["a", "b"]}), cast.background(40))
    assert "held out by programme" in recipe().why_not_challenge(little, PARAMETERS)
    many = {f"person-{n}": ["a", "b", "c"] for n in range(8)}
    alone = material(cast.photos(many), cast.background(6))
    assert "background faces that are near to nobody are stored" in recipe().why_not_challenge(
        alone, PARAMETERS
    )
    enough = material(cast.photos(many), cast.background(60))
    assert recipe().why_not_challenge(enough, PARAMETERS) == ""


def test_the_corrected_score_separates_better_than_the_distance(cast) -> None:
    photos = cast.photos({f"person-{n}": ["a", "b"] for n in range(10)})
    background = cast.background(60).vectors
    centroids = np.stack(
        [photos.vectors[[c == k for c in photos.class_ids]].mean(axis=0) for k in photos.classes]
    )
    background = np.array([cast.photo(f"passer-by {n}") for n in range(100)], dtype=np.float32)
    members = np.array([cast.photo(name) for name in photos.classes], dtype=np.float32)
    for head in (CentroidHead(centroids), CorrectedHead(centroids, background)):
        own = head.distances(members).diagonal()
        assert own.max() < head.distances(background).min()


def test_the_order_of_rows_changes_nothing(cast) -> None:
    crops = cast.crops("anna", ["a", "b"]) + cast.crops("bert", ["b", "c"])
    forwards, backwards = Photos.of_crops(crops), Photos.of_crops(crops[::-1])
    assert forwards.sample_ids == backwards.sample_ids
    np.testing.assert_allclose(forwards.vectors, backwards.vectors, atol=1e-6)
