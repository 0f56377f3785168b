"""Rows through a model: as many in one run as pay on the device it runs on."""

from __future__ import annotations

from typing import Final

import numpy as np

from framewell_inference.domain.pictures import Array
from framewell_inference.ports.models import Model

ON_CPU: Final = 1
"""Rows in one run on a CPU: there a larger batch only falls out of the caches (`make bench-analysis`)."""

ELSEWHERE: Final = 16
"""Rows in one run on a GPU, which idles with fewer."""


def run_rows(model: Model, name: str, rows: Array) -> dict[str, Array]:
    """Return the outputs of a model for rows [n, ...] of its input `name`, joined along their first axis.

    Takes n of 1 or more. Graphs that take a fixed number of rows (YuNet: one) are run once for each.
    Raises InvalidInputError when the rows do not fit. Blocks.
    """
    size = _rows_a_run(model, name)
    parts = [model.run({name: rows[start : start + size]}) for start in range(0, len(rows), size)]
    if len(parts) == 1:
        return dict(parts[0])
    return {output: np.concatenate([part[output] for part in parts]) for output in parts[0]}


def _rows_a_run(model: Model, name: str) -> int:
    fixed = next((spec.shape[0] for spec in model.inputs if spec.name == name and spec.shape), -1)
    if fixed > 0:
        return fixed
    return ON_CPU if model.provider == "CPUExecutionProvider" else ELSEWHERE
