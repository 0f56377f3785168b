"""The key that signs the audit log: one for each mesh, made at its first start."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from framewell_cli.mesh.folder import MeshFolder
from framewell_cli.mesh.key_file import write_key

AUDIT_KEY_VARIABLE: Final = "FRAMEWELL_DATASET_AUDIT_KEY"


def audit_key(folder: MeshFolder, report: Callable[[str], None] = lambda _: None) -> str:
    """Return the file of the key: that of the environment, else that of the folder, made if missing.

    Report in one line when one is made for a mesh that has data: seals of the earlier key do not count then.
    """
    if chosen := os.environ.get(AUDIT_KEY_VARIABLE):
        return chosen
    if not folder.audit_key.exists():
        from framewell_contracts.audit.seals import new_private_key  # noqa: PLC0415 - slow to import

        if folder.has_data:
            report(
                f"{folder.audit_key} was missing: a new key signs the audit log from now on. For earlier "
                "seals to count, put the earlier file back, or its public key below the new one in this file."
            )
        write_key(folder.audit_key, new_private_key())
    return str(folder.audit_key)


def audit_key_problem(folder: MeshFolder) -> str:
    """Return in one sentence why the audit log cannot be signed; empty where it can or will be."""
    from framewell_contracts.audit.seals import seal_key  # noqa: PLC0415 - slow to import

    chosen = os.environ.get(AUDIT_KEY_VARIABLE, "")
    path = Path(chosen) if chosen else folder.audit_key
    where = f"{path} ({AUDIT_KEY_VARIABLE})" if chosen else str(path)
    if not chosen and not path.exists():
        return ""
    try:
        seal_key(path.read_text())
    except OSError as error:
        return f"{where} cannot be read ({error.strerror}), the key that signs the audit log: put it right."
    except ValueError:
        return f"{where} holds no key that can sign the audit log: put the earlier file back."
    return ""
