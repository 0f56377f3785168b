"""A model folder that somebody sent, read."""

from __future__ import annotations

from pathlib import Path

from framewell_contracts.sentences import say
from framewell_inference.domain.outside_names import check_name
from framewell_kit.outcomes import Rejected
from framewell_models.folders import ModelFolder
from framewell_models.manifest import ManifestError
from framewell_models.manifest_reader import read


def read_folder(manifest: bytes, files: Path) -> ModelFolder:
    """Return the folder of a manifest. Raises Rejected for one that cannot be used or has other files."""
    try:
        parsed = read(manifest.decode("utf-8"), origin="model.yaml")
        check_name(parsed.ref)
        found, listed = {path.name for path in files.iterdir()}, {file.name for file in parsed.files}
        if found != listed:
            raise ManifestError(
                f"{parsed.ref}: files are {sorted(found)}, the manifest lists {sorted(listed)}"
            )
    except (ManifestError, UnicodeDecodeError) as error:
        raise Rejected(
            say("bad_model.folder", "the model folder cannot be taken in: {why}", why=error)
        ) from error
    return ModelFolder(parsed, files)
