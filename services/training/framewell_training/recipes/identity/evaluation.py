"""What heads answer on photos and people they have not learned from, and two of them on the same trials."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from framewell_training.domain.faces import BackgroundFaces, Mask, Photos, Vectors
from framewell_training.domain.figures import Comparison, Figures, Pairs, Rate
from framewell_training.recipes.identity.folds import Splits
from framewell_training.recipes.identity.heads import Distances, Head, HeadKind, Thresholds, named
from framewell_training.recipes.identity.people import copies, rows_by

NOBODY = ""
"""What a photo is called that gets no name."""

OTHER = "class/"
UNNAMED = "face/"
"""How a stranger is called: one of another class by its id, an unnamed one by the number of the person."""


@dataclass(frozen=True, slots=True, eq=False)
class Bench:
    """What every method is tried on."""

    photos: Photos
    background: BackgroundFaces
    splits: Splits


@dataclass(frozen=True, slots=True, eq=False)
class FoldHead:
    """The head a method made in one fold, its thresholds, and its columns."""

    head: Head
    thresholds: Thresholds
    classes: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Served:
    """A model that was made before, as inference serves it: its own graph, columns and thresholds."""

    distances: Callable[[Vectors], Distances]
    thresholds: Thresholds
    classes: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Outcomes:
    """What was answered in each trial."""

    photos: Mapping[int, str]
    """By row of a held-out photo: the class it was given, or `NOBODY`."""
    strangers: Mapping[str, tuple[bool, ...]]
    """By stranger: whether they were given a name, at each of their appearances."""


def measure(bench: Bench, heads: Sequence[FoldHead]) -> Outcomes:
    """Return what a method's head of each fold answers to the photos and strangers of that fold.

    A photo whose class a head does not have is no trial. The people of other classes are strangers to a head
    that was made without looking at them, which a trained one was not: they were its counterexamples.
    """
    answers: dict[int, str] = {}
    strangers: dict[str, tuple[bool, ...]] = {}
    photos = bench.photos
    for fold, made in zip(bench.splits.folds, heads, strict=True):
        model = Served(made.head.distances, made.thresholds, made.classes)
        answers |= answers_to(photos, fold.judge, model).photos
        if made.head.kind is not HeadKind.LINEAR:
            classes = sorted({photos.class_ids[row] for row in np.flatnonzero(fold.strangers)})
            strangers |= _others(photos, classes, model)
        strangers |= _unnamed(bench, fold.background_judge, model)
    return Outcomes(answers, strangers)


def serve(bench: Bench, like: Outcomes, model: Served, strangers_to: Collection[str]) -> Outcomes:
    """Return what a model answers in the trials of `like`, as inference would.

    Strangers are shown to those of its classes that are in `strangers_to`: of somebody whom the other model
    does not know nothing can be said.
    """
    keep = [column for column, name in enumerate(model.classes) if name in strangers_to]
    part = Served(
        lambda vectors: model.distances(vectors)[:, keep],
        model.thresholds,
        tuple(model.classes[column] for column in keep),
    )
    others = [name.removeprefix(OTHER) for name in like.strangers if name.startswith(OTHER)]
    judged = np.any([fold.background_judge for fold in bench.splits.folds], axis=0)
    found = _others(bench.photos, others, part) | _unnamed(bench, judged, part)
    nobody = {name: (False,) * len(tries) for name, tries in like.strangers.items()}
    return Outcomes(
        _answers(bench.photos, sorted(like.photos), model),
        nobody | {name: tries for name, tries in found.items() if name in like.strangers},
    )


def figures_of(bench: Bench, outcomes: Outcomes) -> Figures:
    """Return the counts of what was answered."""
    tried: Counter[str] = Counter()
    found: Counter[str] = Counter()
    misnamed = 0
    for row, name in outcomes.photos.items():
        own = bench.photos.class_ids[row]
        tried[own] += 1
        found[own] += name == own
        misnamed += name not in (own, NOBODY)
    tries = [one for each in outcomes.strangers.values() for one in each]
    others = [each for name, each in outcomes.strangers.items() if name.startswith(OTHER)]
    return Figures(
        tried=dict(tried),
        found=dict(found),
        misnamed=misnamed,
        strangers=Rate(sum(map(any, outcomes.strangers.values())), len(outcomes.strangers)),
        others=Rate(sum(map(any, others)), len(others)),
        stranger_faces=Rate(sum(tries), len(tries)),
        in_doubt=bench.splits.people_in_doubt,
        not_evaluated=bench.splits.not_evaluated(bench.photos),
    )


def learned_from(photos: Photos, sample_ids: Collection[str]) -> Mask:
    """Return which photos a model has seen that learned from these samples: those, and copies of them."""
    learned = photos.among(sample_ids)
    seen: Mask = learned | copies(photos, ~learned, learned)
    return seen


def compare(
    photos: Photos,
    candidate: Outcomes,
    reference: Outcomes,
    *,
    seen: Mask,
    both_learned: tuple[Outcomes, Outcomes],
    shared: Collection[str],
) -> Comparison:
    """Return two models on the same trials.

    `seen` are the photos that the reference has learned from. Of a class without held-out photos outside
    these, `both_learned` counts: what the candidate and the reference as they would serve answer to photos
    that both have learned from.
    """
    mine, theirs = dict(candidate.photos), dict(reference.photos)
    held_out = [row for row in mine if not seen[row] and photos.class_ids[row] in shared]
    measured = {photos.class_ids[row] for row in held_out}
    learned = [
        row
        for row in both_learned[0].photos
        if photos.class_ids[row] in shared and photos.class_ids[row] not in measured
    ]
    mine |= {row: both_learned[0].photos[row] for row in learned}
    theirs |= {row: both_learned[1].photos[row] for row in learned}
    rows = held_out + learned

    def found(some: Sequence[int]) -> Pairs:
        own = photos.class_ids
        return Pairs.of_trials((mine[row] == own[row], theirs[row] == own[row]) for row in some)

    def by(key: Sequence[str], some: Sequence[int]) -> dict[str, Pairs]:
        return {name: found(group) for name, group in _grouped(key, some).items()}

    def wrong(answers: Mapping[int, str], row: int) -> bool:
        return answers[row] not in (NOBODY, photos.class_ids[row])

    both = sorted(candidate.strangers.keys() & reference.strangers.keys())
    return Comparison(
        held_out=by(photos.class_ids, held_out),
        learned=by(photos.class_ids, learned),
        programmes=by(photos.programmes, rows),
        wrong=Pairs.of_trials((wrong(mine, row), wrong(theirs, row)) for row in rows),
        strangers=Pairs.of_trials(
            (any(candidate.strangers[name]), any(reference.strangers[name])) for name in both
        ),
        contradicted={
            name: Rate(sum(wrong(theirs, row) and theirs[row] in shared for row in group), len(group))
            for name, group in _grouped(photos.class_ids, rows).items()
        },
    )


def answers_to(photos: Photos, rows: Mask, model: Served) -> Outcomes:
    """Return what a model answers to photos whose class it has."""
    classes = set(model.classes)
    known = [int(row) for row in np.flatnonzero(rows) if photos.class_ids[row] in classes]
    return Outcomes(_answers(photos, known, model), {})


def _grouped(key: Sequence[str], rows: Sequence[int]) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = {}
    for row in rows:
        groups.setdefault(key[row], []).append(row)
    return dict(sorted(groups.items()))


def _answers(photos: Photos, rows: Sequence[int], model: Served) -> dict[int, str]:
    if not len(rows):
        return {}
    columns = named(model.distances(photos.vectors[list(rows)]), model.thresholds)
    names = [model.classes[column] if column >= 0 else NOBODY for column in columns]
    return dict(zip(map(int, rows), names, strict=True))


def _others(photos: Photos, class_ids: Sequence[str], model: Served) -> dict[str, tuple[bool, ...]]:
    """Show the photos of each class to the columns of all other classes."""
    found, rows = {}, rows_by(photos.class_ids)
    for class_id in class_ids:
        distances = model.distances(photos.vectors[rows[class_id]])
        if class_id in model.classes:
            distances = np.delete(distances, model.classes.index(class_id), axis=1)
        if distances.shape[1]:
            found[OTHER + class_id] = tuple(bool(one) for one in named(distances, model.thresholds) >= 0)
    return found


def _unnamed(bench: Bench, judged: Mask, model: Served) -> dict[str, tuple[bool, ...]]:
    rows = np.flatnonzero(judged)
    if not len(rows) or not model.classes:
        return {}
    given = named(model.distances(bench.background.vectors[rows]), model.thresholds) >= 0
    found: dict[str, tuple[bool, ...]] = {}
    for row, one in zip(rows, given, strict=True):
        name = f"{UNNAMED}{bench.splits.people[row]}"
        found[name] = (*found.get(name, ()), bool(one))
    return found
