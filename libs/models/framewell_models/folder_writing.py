"""Model folders written out of proposals."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import yaml

from framewell_models.manifest import MANIFEST_NAME, Manifest
from framewell_models.manifest_reader import read
from framewell_models.proposing import LABELS_FILE, Proposal


def write_folder(graph: Path | None, proposal: Proposal, folder: Path) -> Manifest:
    """Write graph, weights, labels and manifest into a new folder, guesses as comments; return the manifest.

    A model that runs elsewhere has no graph. Raises ManifestError for a proposal that is no manifest,
    FileExistsError for a folder that is there.
    """
    files = list(proposal.document["files"])
    if proposal.labels:
        text = "".join(f"{label}\n" for label in proposal.labels).encode()
        files.append({"name": LABELS_FILE, "sha256": hashlib.sha256(text).hexdigest()})
    described = yaml.safe_dump({**proposal.document, "files": files}, sort_keys=False, allow_unicode=True)
    comments = "".join(f"# guessed: {one}\n" for one in proposal.guessed)
    manifest = read(described, origin=MANIFEST_NAME)
    folder.mkdir(parents=True)
    if graph is not None:
        shutil.copyfile(graph, folder / "model.onnx")
        for file in manifest.weights:
            shutil.copyfile(graph.with_name(file.name), folder / file.name)
    if proposal.labels:
        (folder / LABELS_FILE).write_bytes(text)
    (folder / MANIFEST_NAME).write_text(comments + described, encoding="utf-8")
    return manifest
