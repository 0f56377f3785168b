"""Pictures through a model: as many in one run as pay on the device it runs on, and equal ones once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

import numpy as np

from framewell_inference.domain.pictures import Array, Picture
from framewell_inference.ports.calls import RunFailedError
from framewell_inference.ports.models import Model
from framewell_inference.ports.step_times import Step, taking

ON_CPU: Final = 1
"""Rows in one run on a CPU: there a larger batch only falls out of the caches (`make bench-analysis`)."""

ELSEWHERE: Final = 16
"""Rows in one run on a GPU, which idles with fewer."""

MOST_BYTES: Final = 256 << 20
"""What an output may hold for one picture: masks of 150 classes at 512 x 512 pixels hold 150 MiB."""

SAMPLED_EVERY: Final = 4099
"""Two pictures are compared whole only where every so-many-th of their values is equal."""


def run_pictures(
    model: Model, name: str, pictures: Sequence[Picture], prepare: Callable[[Sequence[Picture]], Array]
) -> dict[str, Array]:
    """Return the outputs of a model for pictures, a row each; takes one picture or more.

    `prepare` makes rows [n, ...] of the model's input `name` from n pictures. It is asked for those of one
    run at a time: on a CPU a row is run while it is in the caches. A picture that equals an earlier one has
    its row: a scene that stands still is run once. Raises InvalidInputError when the rows do not fit. Blocks.
    """
    places, distinct = _distinct(pictures)
    size, parts = _rows_a_run(model, name), []
    for start in range(0, len(distinct), size):
        with taking(Step.PREPARE):
            rows = prepare(distinct[start : start + size])
        with taking(Step.RUN):
            parts.append(model.run({name: rows}))
    outputs = {output: np.concatenate([part[output] for part in parts]) for output in parts[0]}
    if len(distinct) == len(pictures):
        return outputs
    return {output: rows[places] for output, rows in outputs.items()}


def outputs_of_each(
    model: Model, name: str, pictures: Sequence[Picture], prepare: Callable[[Sequence[Picture]], Array]
) -> Iterator[dict[str, Array]]:
    """Yield a model's outputs for one picture after the other, as `run_pictures` gives them together.

    Those of one run are in memory at a time, and may have other sizes than those of another. A picture that
    equals the one before has its outputs. Raises RunFailedError for outputs without a row for each picture.
    """
    size, before = _rows_a_run(model, name), list[tuple[Picture, dict[str, Array]]]()
    for start in range(0, len(pictures), size):
        part = pictures[start : start + size]
        places, distinct = _distinct([*(picture for picture, _ in before), *part])
        rows = [outputs for _, outputs in before]
        if new := distinct[len(before) :]:
            with taking(Step.PREPARE):
                prepared = prepare(new)
            with taking(Step.RUN):
                outputs = model.run({name: prepared})
            rows += _row_by_row(outputs, len(new))
        for place in places[len(before) :]:
            yield rows[place]
        before = [(part[-1], rows[places[-1]])]


def run_rows(model: Model, name: str, rows: Array) -> dict[str, Array]:
    """Return the outputs of a model for rows [n, ...] of its input `name`, joined along their first axis.

    Takes n of 1 or more. Graphs that take one row alone are run once for each.
    Raises InvalidInputError when the rows do not fit. Blocks.
    """
    size = _rows_a_run(model, name)
    with taking(Step.RUN):
        parts = [model.run({name: rows[start : start + size]}) for start in range(0, len(rows), size)]
        if len(parts) == 1:
            return dict(parts[0])
        return {output: np.concatenate([part[output] for part in parts]) for output in parts[0]}


def _row_by_row(outputs: Mapping[str, Array], count: int) -> list[dict[str, Array]]:
    """Return the outputs of a run by its rows."""
    for output, rows in outputs.items():
        if rows.shape[:1] != (count,):
            raise RunFailedError(f"its output {output} is {list(rows.shape)}, not a row for each of {count}")
        if rows.nbytes > count * MOST_BYTES:
            raise RunFailedError(
                f"its output {output} holds {rows.nbytes // count >> 20} MiB for a picture, "
                f"{MOST_BYTES >> 20} at the most"
            )
    return [{output: rows[at] for output, rows in outputs.items()} for at in range(count)]


def _rows_a_run(model: Model, name: str) -> int:
    fixed = next((spec.shape[0] for spec in model.inputs if spec.name == name and spec.shape), -1)
    if fixed > 0:
        return fixed
    return ON_CPU if on_cpu(model) else ELSEWHERE


def on_cpu(model: Model) -> bool:
    """Return whether a model runs on the CPU now."""
    return model.provider == "CPUExecutionProvider"


def _distinct(pictures: Sequence[Picture]) -> tuple[list[int], list[Picture]]:
    """Return the pictures without those that equal an earlier one, and where among them each is."""
    places, distinct = list[int](), list[Picture]()
    alike = dict[tuple[tuple[int, ...], bytes], list[int]]()
    for picture in pictures:
        candidates = alike.setdefault((picture.shape, _sample(picture)), [])
        place = next((at for at in candidates if np.array_equal(distinct[at], picture)), None)
        if place is None:
            place = len(distinct)
            candidates.append(place)
            distinct.append(picture)
        places.append(place)
    return places, distinct


def _sample(picture: Picture) -> bytes:
    return picture.reshape(-1)[::SAMPLED_EVERY].tobytes()
