"""Names of models from outside: none reads as a shipped model, an analyser or another model."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from framewell_models.folders import shipped
from framewell_models.manifest import ManifestError, ModelRef

LONGEST_NAME: Final = 200
"""Longest name of a model, in characters; messages take none longer."""

LONGEST_VERSION: Final = 40
"""Longest version, in characters; messages take none longer."""

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]*/[A-Za-z0-9][A-Za-z0-9._-]*")
"""`owner/name`, no dot in the owner.

Written with a dot for the slash, as observations are named, the first dot says where the slash was: so no two
such names read alike, and none is an analyser, which have no dot. Folders `<name>/<version>` never nest.
"""


@cache
def shipped_names() -> frozenset[str]:
    """Return the names of the models that ship."""
    return frozenset(manifest.name for manifest in shipped())


def check_name(ref: ModelRef) -> None:
    """Raise ManifestError for a name that neither ships nor may come from outside, or a version likewise."""
    if len(ref.name) > LONGEST_NAME or len(ref.version) > LONGEST_VERSION:
        raise ManifestError(
            f"its name has {len(ref.name)} characters and its version {len(ref.version)}: at most "
            f"{LONGEST_NAME} and {LONGEST_VERSION} are taken"
        )
    if ref.name not in shipped_names() and not _NAME.fullmatch(ref.name):
        raise ManifestError(
            f"its name {ref.name} does not read owner/name, without a dot in the owner, like house/dogs: "
            "names without an owner are kept for what ships"
        )


def check_outside_name(ref: ModelRef) -> None:
    """Raise ManifestError for a name or a version that no model from outside may have."""
    if ref.name in shipped_names():
        raise ManifestError(f"the name {ref.name} is that of a model that ships: choose one of your own")
    check_name(ref)
