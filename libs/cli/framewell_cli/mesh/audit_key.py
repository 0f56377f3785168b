"""The key that signs the audit log: one for each mesh, made at its first start."""

from __future__ import annotations

import os
from typing import Final

from framewell_cli.mesh.folder import MeshFolder
from framewell_cli.mesh.key_file import write_key

AUDIT_KEY_VARIABLE: Final = "FRAMEWELL_DATASET_AUDIT_KEY"


def audit_key(folder: MeshFolder) -> str:
    """Return the file of the key: that of the environment, else that of the folder, made if missing."""
    if chosen := os.environ.get(AUDIT_KEY_VARIABLE):
        return chosen
    if not folder.audit_key.exists():
        from framewell_contracts.audit.seals import new_private_key  # noqa: PLC0415 - slow to import

        write_key(folder.audit_key, new_private_key())
    return str(folder.audit_key)
