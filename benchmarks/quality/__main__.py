"""`make quality`: how right the analysers are, on material whose truth is written down in the repository."""

import argparse
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from benchmarks.quality import (
    clusters,
    duplicates,
    faces,
    galleries,
    labels,
    objects,
    safety,
    sounds,
    speech,
    text,
    transcript,
)
from benchmarks.quality.figure import Figure, table
from benchmarks.tables import machine, record, revision
from framewell_models.folders import ModelMissingError

PARTS: dict[str, Callable[[], Iterable[Figure]]] = {
    "faces": faces.measure,
    "galleries": galleries.measure,
    "clusters": clusters.measure,
    "labels": labels.measure,
    "objects": objects.measure,
    "text": text.measure,
    "safety": safety.measure,
    "speech": speech.measure,
    "sounds": sounds.measure,
    "transcript": transcript.measure,
    "duplicates": duplicates.measure,
}


def main() -> int:
    """Return 0 when every goal is reached."""
    options = _options()
    found: dict[str, list[Figure]] = {}
    for part in options.part or PARTS:
        try:
            found[part] = list(PARTS[part]())
        except ModelMissingError as missing:
            print(f"{part}\nnot measured: {missing}\n")
            continue
        print(f"{part}\n{table(found[part])}\n")
    if options.record and set(found) != set(PARTS):
        print(f"not recorded: {', '.join(sorted(set(PARTS) - set(found)))} not measured", file=sys.stderr)
        return 1
    if options.record:
        path = record(
            "quality",
            {
                "measured": datetime.now(UTC).isoformat(timespec="seconds"),
                "revision": revision(),
                "machine": machine("onnxruntime", "numpy"),
                "tables": {part: table(figures).as_json() for part, figures in found.items()},
            },
        )
        print(f"written: {path.name}", file=sys.stderr)
    return 1 if any(one.reached is False for figures in found.values() for one in figures) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.quality", description=__doc__)
    parser.add_argument("--part", action="append", choices=list(PARTS), help="one part only; may be repeated")
    parser.add_argument("--record", action="store_true", help="also write docs/evidence/quality.json")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
