"""The texts of a model folder: the manifest that machines read and the card that people read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from framewell.model.v1.model_pb2 import Measure
from framewell.training.v1.training_pb2 import Lineage
from framewell_training.domain.figures import Figures, Rate
from framewell_training.domain.judgement import Judgement
from framewell_training.recipes.graphs import INPUT, OUTPUT, Graph
from framewell_training.recipes.identity.calibration import from_logits, to_logits
from framewell_training.recipes.identity.gallery import GALLERIES, LEAST_HIT
from framewell_training.recipes.identity.heads import HeadKind
from framewell_training.recipes.identity.recipe import Draft

HOW = {
    HeadKind.CENTROID: "the Euclidean distance to the mean photo of each person",
    HeadKind.CORRECTED: "the distance to the mean photo of each person, less half the mean distance to the"
    " five nearest background faces",
    HeadKind.LINEAR: "minus the logarithm of a probability, from one logistic regression a person trained"
    " against all others and background faces",
}

INTENDED_USE = (
    "Names faces of people whose samples the house has the right to learn from, in the house's own"
    " material. Decisions about a person must not rest on it alone."
)


@dataclass(frozen=True, slots=True, eq=False)
class About:
    """What a folder's manifest and card are written from."""

    name: str
    version: str
    run_id: str
    draft: Draft
    judgement: Judgement
    measures: Sequence[Measure]
    lineage: Lineage
    graph: Graph
    dimensions: int


def manifest_of(about: About) -> dict[str, object]:
    """Return model.yaml without its file list, which the store adds with the graph's hash."""
    draft, lineage = about.draft, about.lineage
    shape = {"dtype": "float32", "meaning": "raw face embeddings, not of unit length"}
    meaning = HOW[draft.kind] + "; smaller is nearer, columns as `classes`"
    return {
        "name": about.name,
        "version": about.version,
        "task": "identity",
        "intended_use": INTENDED_USE,
        "licence": {
            "code": "LicenseRef-framewell",
            "weights": "LicenseRef-house",
            "attribution": "made by this house from its own samples; see the model card",
        },
        "inputs": [{"name": INPUT, "shape": [-1, about.dimensions], **shape}],
        "outputs": [
            {"name": OUTPUT, "shape": [-1, len(draft.classes)], "dtype": "float32", "meaning": meaning}
        ],
        "thresholds": {
            "hit": draft.thresholds.hit,
            "review": draft.thresholds.review,
            "margin": draft.thresholds.margin,
        },
        "embedding": f"{lineage.embedding.name}@{lineage.embedding.version}",
        "classes": list(draft.classes),
        "measures": _measures(about.measures)
        | {"gallery.people": float(draft.gallery.people), "gallery.false_names": draft.gallery.false_names},
        "lineage": {
            "snapshot": lineage.snapshot_id,
            "snapshot_manifest_sha256": lineage.manifest_sha256,
            "run": about.run_id,
            "recipe": lineage.recipe,
            "head": draft.kind.value,
            "seed": str(lineage.seed),
            "code_version": lineage.code_version,
            **{f"parameter.{key}": lineage.parameters[key] for key in sorted(lineage.parameters)},
        },
    }


def _measures(measures: Sequence[Measure]) -> dict[str, float]:
    """Return what was measured, each rate with its interval and count; what was not is left out."""
    return {
        f"{one.name}{suffix}": value
        for one in measures
        if not one.not_measured
        for suffix, value in (
            ("", one.value),
            (".low", one.low),
            (".high", one.high),
            (".n", one.sample_count),
        )
    }


CARD = """\
# {name}@{version}

Tells {classes} known people from each other and from everybody else, by {how}.
Below {hit:.4g} a face is named if the second is farther by {margin:.4g}, below {review:.4g} a person is
asked, else it is unknown.

## Gallery

{gallery}

## Intended use

{intended_use}

## Made from

- snapshot {snapshot} (manifest SHA-256 {manifest_sha256}): {samples} samples from {assets} assets
- embedding {embedding}
- recipe {recipe}, code {code_version}, seed {seed}; {parameters}
- largest difference between the measured head and ONNX Runtime: {difference:.1e}

## Measured

On photos and people that neither the head nor its thresholds had seen: in three folds one part of the
people is learned from, one sets thresholds, one is judged. Intervals are Wilson's, 95 %.

| rate | of | measured |
|---|---|---|
| named rightly | photos of programmes in which the model had not seen the person | {recall} |
| given somebody else's name | the same photos | {misnamed} |
| given a name | people whom it does not know, each once, near ones too | {false_names} |

{strangers}

| class | named rightly |
|---|---|
{recalls}

## Promotion

{verdict}.

{checks}

## Limits

Faces of fewer than 40 pixels, profiles and strong blur are often not recognised; people who look
alike can be taken for each other. Whom nobody has named counts as a stranger, also where it is a known
person not yet named: the rate of false names is rather too high than too low.
"""


def card_of(about: About) -> str:
    """Return the model card in Markdown. It names class ids, never a person."""
    draft, lineage, figures = about.draft, about.lineage, about.draft.figures
    return CARD.format(
        name=about.name,
        version=about.version,
        classes=len(draft.classes),
        how=HOW[draft.kind],
        hit=draft.thresholds.hit,
        review=draft.thresholds.review,
        margin=draft.thresholds.margin,
        gallery=_gallery(draft),
        intended_use=INTENDED_USE,
        snapshot=lineage.snapshot_id,
        manifest_sha256=lineage.manifest_sha256,
        samples=lineage.sample_count,
        assets=lineage.asset_count,
        embedding=f"{lineage.embedding.name}@{lineage.embedding.version}",
        recipe=lineage.recipe,
        code_version=lineage.code_version,
        seed=lineage.seed,
        parameters=", ".join(f"{key} {lineage.parameters[key]}" for key in sorted(lineage.parameters)),
        difference=about.graph.difference,
        recall=_measured(figures.recalled, about.measures, "recall"),
        misnamed=_measured(figures.wrongly_named, about.measures, "wrong_name_rate"),
        false_names=_measured(figures.strangers, about.measures, "false_name_rate"),
        strangers=_strangers(figures),
        recalls="\n".join(_recall(figures, class_id) for class_id in draft.classes),
        verdict=about.judgement.verdict.value.capitalize(),
        checks="\n".join(
            f"- {'✓' if one.passed else '✗'} `{one.check}`: {one.sentence}" for one in about.judgement.checks
        ),
    )


def _gallery(draft: Draft) -> str:
    """Return what the thresholds are set for, and what they would do in other galleries."""
    gallery, hit = draft.gallery, draft.thresholds.hit
    if draft.kind is HeadKind.LINEAR:
        hit = float(to_logits(np.array([hit]))[0])
    rows = [
        f"| {people:,} | {100 * gallery.expected(hit, people):.2g} % | {_distance(draft, people)} |"
        for people in sorted({*GALLERIES, gallery.people})
    ]
    return "\n".join(
        (
            f"The thresholds are set for the {gallery.people:,} people of this model: at most"
            f" {100 * gallery.false_names:g} % of strangers may be given a name. In a larger gallery the same"
            " thresholds would name more, so each version has its own.",
            "",
            "| people | strangers named with these thresholds | threshold that holds the share |",
            "|---|---|---|",
            *rows,
        )
    )


def _distance(draft: Draft, people: int) -> str:
    found = draft.gallery.hit_for(people)
    if draft.kind is HeadKind.LINEAR:
        found = float(from_logits(np.array([found]))[0])
    return f"{max(LEAST_HIT, found):.3g}"


def _measured(rate: Rate, measures: Sequence[Measure], name: str) -> str:
    why_not = next(one.not_measured for one in measures if one.name == name)
    return f"not measured: {why_not} Of those tried: {rate.count}." if why_not else str(rate)


def _strangers(figures: Figures) -> str:
    faces = figures.stranger_faces
    sentence = (
        f"The people whom it does not know are {figures.others.of} of other classes, shown to the model"
        f" without their own, and {figures.strangers.of - figures.others.of} whom nobody has named;"
        f" {faces.count} of their {faces.of} appearances were given a name."
    )
    if figures.in_doubt:
        sentence += (
            f" {figures.in_doubt} more unnamed people count for nothing, since each may be somebody accepted"
            " who appears again: as near as photos of one person are, and no second one beside them."
        )
    return sentence


def _recall(figures: Figures, class_id: str) -> str:
    if class_id not in figures.tried:
        return f"| {class_id} | not evaluated: seen in one programme only |"
    return f"| {class_id} | {figures.recalled_of([class_id])} |"
