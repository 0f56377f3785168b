"""`make bench-relabel`: how long a promotion takes until a million stored faces are named by it."""

import argparse
import asyncio
import hashlib
import json
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from benchmarks.search.archive import SPACE, filled
from benchmarks.search.faces import Faces, Vectors
from benchmarks.tables import Table, machine, record, revision, verdict
from framewell.media.v1.media_pb2 import ObjectRef
from framewell_inference.adapters.onnx_engine import OnnxLoader
from framewell_inference.adapters.posting_documents import PostingDocuments
from framewell_inference.adapters.posting_sets import PostingSets
from framewell_inference.analysers.recognition import FaceIdentifier
from framewell_inference.commands.relabel import Relabel
from framewell_inference.ports.models import Switched
from framewell_inference.testing import centroid_graph, identity_manifest
from framewell_kit.clock import SystemClock
from framewell_kit.documents import MemoryDocuments
from framewell_kit.object_references import ObjectReferences
from framewell_kit.objects import LocalObjects
from framewell_models.manifest import ModelRef
from framewell_models.manifest_reader import read

FACES, PEOPLE, CLASSES = 1_000_000, 20_000, (100, 1_000)
QUICK_FACES, QUICK_PEOPLE, QUICK_CLASSES = 20_000, 400, (10,)
GOAL_SECONDS = 10.0


@dataclass
class Versions:
    """The identity models of the run; nothing of them is stored."""

    models: dict[ModelRef, FaceIdentifier]
    current: ModelRef | None = None

    async def load(self, ref: ModelRef) -> FaceIdentifier:
        return self.models[ref]

    async def in_force(self) -> list[ModelRef]:
        return [self.current] if self.current else []

    candidates = in_force

    async def is_overtaken(self, name: str, revision: int) -> bool:
        return False

    async def switch(self, ref: ModelRef, revision: int, reported: object) -> Switched:
        previous, self.current = self.current, ref
        return Switched(previous)


class Nobody:
    """Nobody was erased, the archive is described, and what changed is kept by nobody."""

    async def erased(self, class_ids: object) -> frozenset[str]:
        return frozenset()

    async def keep(self, name: str, changes: object, switch: object) -> ObjectRef:
        return ObjectRef()

    async def whole(self, embedding: ModelRef, name: str, cause: object) -> None:
        pass

    async def ended(self, ref: ModelRef, revision: int) -> bool:
        return True


def identifier(centroids: Vectors, version: str) -> FaceIdentifier:
    """Return an identity model of these people, as training makes them."""
    graph = centroid_graph(centroids)
    names = [f"person-{number}" for number in range(len(centroids))]
    manifest = read(identity_manifest(graph, names, version).decode(), origin=version)
    assert manifest.graph.sha256 == hashlib.sha256(graph).hexdigest()
    return FaceIdentifier.over(OnnxLoader(1).load_bytes(manifest, graph))


@dataclass(frozen=True, slots=True)
class Seconds:
    """What one promotion took: by the clock, and of processor time on all cores."""

    clock: float
    processor: float


async def measure(folder: Path, house: Faces, faces: int, classes: int) -> Mapping[str, Seconds]:
    """Return what each kind of promotion takes: the first, one more class, one class moved."""
    archive = await filled(folder, house, faces, graphs=False)
    documents, objects = MemoryDocuments(), LocalObjects(folder / "postings")
    postings = PostingDocuments(
        documents, PostingSets(documents, objects, ObjectReferences(documents, objects))
    )
    centres = house.centres()[: classes + 1]
    moved = centres.copy()
    moved[0] += 0.01
    versions = Versions({})
    for version, points in (("1", centres[:classes]), ("2", centres), ("3", moved)):
        model = identifier(points, version)
        versions.models[model.ref] = model
    nobody = cast(Any, Nobody())
    relabel = Relabel(
        cast(Any, versions), archive.index, postings, nobody, nobody, nobody, nobody, SystemClock()
    )
    await archive.index.view(SPACE)  # a replica has its blocks mapped
    seconds = {}
    for number, (name, ref) in enumerate(
        zip(("all classes", "one class added", "one class moved"), versions.models, strict=True), 1
    ):
        begun, processor = time.perf_counter(), time.process_time()
        updated = await relabel(ref, number, nobody, lambda: None)
        seconds[name] = Seconds(time.perf_counter() - begun, time.process_time() - processor)
        assert updated is not None
        assert updated.track_count == faces // 5
    return seconds


async def run(folder: Path, *, quick: bool) -> Mapping[int, Mapping[str, Seconds]]:
    """Return what each kind of promotion takes, by number of classes."""
    house = Faces(QUICK_PEOPLE if quick else PEOPLE)
    faces = QUICK_FACES if quick else FACES
    return {
        classes: await measure(folder / str(classes), house, faces, classes)
        for classes in (QUICK_CLASSES if quick else CLASSES)
    }


def main() -> int:
    """Return 0 when it could be measured; reaching the goals is not asked for."""
    parser = argparse.ArgumentParser(prog="benchmarks.relabel", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print figures and table as JSON")
    parser.add_argument(
        "--record", nargs="?", const="relabel", metavar="NAME", help="also write docs/evidence/NAME.json"
    )
    parser.add_argument("--quick", action="store_true", help="a moment only: shows that it runs")
    options = parser.parse_args()
    begun_at, faces = revision(), QUICK_FACES if options.quick else FACES
    with tempfile.TemporaryDirectory(prefix="framewell-relabel-") as folder:
        found = asyncio.run(run(Path(folder), quick=options.quick))
    table = Table(
        (f"{faces:,} faces", "classes", "seconds", "of processor", f"goal ≤ {GOAL_SECONDS:g} s"),
        tuple(
            (
                name,
                f"{classes:,}",
                f"{seconds.clock:.1f}",
                f"{seconds.processor:.1f}",
                verdict(seconds.clock <= GOAL_SECONDS),
            )
            for classes, each in found.items()
            for name, seconds in each.items()
        ),
    )
    as_json = {
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "revision": begun_at,
        "machine": machine("numpy"),
        "faces": faces,
        "found": {
            str(classes): {name: asdict(seconds) for name, seconds in each.items()}
            for classes, each in found.items()
        },
        "tables": {"relabel": table.as_json()},
    }
    print(json.dumps(as_json, indent=2, ensure_ascii=False) if options.json else table)
    if options.record:
        print(f"written: {record(options.record, as_json).name}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
