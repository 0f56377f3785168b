"""The files in which a graph keeps weights outside itself (ONNX external data)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import onnx

from framewell_models.manifest import WEIGHT_SUFFIXES, ManifestError
from framewell_models.manifest_reader import check_file_name


def weight_files_of(graph: Path) -> list[str]:
    """Return those of the graph at a path. Raises ManifestError for what is none, and as `weight_files`."""
    try:
        model = onnx.load_model(str(graph), load_external_data=False)
    except Exception as error:
        raise ManifestError(f"{graph} is no ONNX graph that can be read: {str(error)[:200]}") from error
    return weight_files(model)


def weight_files(model: Any) -> list[str]:
    """Return the names of the files in which a graph's weights stand, in alphabetical order.

    Raises ManifestError for one outside the folder of the graph, and for one of another type than weights.
    """
    names = {
        entry.value
        for tensor in model.graph.initializer
        for entry in tensor.external_data
        if entry.key == "location"
    }
    for name in names:
        check_file_name(name, "weights outside the graph")
        if not name.endswith(tuple(WEIGHT_SUFFIXES)):
            endings = ", ".join(sorted(WEIGHT_SUFFIXES))
            raise ManifestError(f"weights outside the graph stand in files of {endings}, not in {name}")
    return sorted(names)
