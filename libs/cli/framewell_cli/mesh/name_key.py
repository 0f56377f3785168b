"""The key that hides the names that are not to be learned: one for each mesh, made at its first start."""

from __future__ import annotations

import hmac
import os
import re
import secrets
from hashlib import sha256
from typing import Final

from framewell_cli.mesh.files import write_whole
from framewell_cli.mesh.folder import MeshFolder
from framewell_cli.mesh.key_file import write_key
from framewell_embedded.errors import CannotStart

NAME_KEY_VARIABLE: Final = "FRAMEWELL_NAME_KEY"
KEY_BYTES: Final = 32

_FINGERPRINTED: Final = b"Framewell: the key of this folder"
_WHAT_IT_IS: Final = "the key by which this mesh knows who was forgotten"


def name_key(folder: MeshFolder) -> str:
    """Return the key in 64 hex digits: that of the environment, else that of the folder, made if missing.

    Its fingerprint is noted in the folder. Raise CannotStart, as `name_key_problem` says, before anything is
    written.
    """
    if problem := name_key_problem(folder):
        raise CannotStart(problem)
    key = os.environ.get(NAME_KEY_VARIABLE, "")
    if not key:
        if not folder.name_key.exists():
            write_key(folder.name_key, secrets.token_hex(KEY_BYTES) + "\n")
        key = folder.name_key.read_text().strip()
    if _noted(folder) != _fingerprint(key):
        write_whole(folder.name_key_note, _fingerprint(key) + "\n")
    return key


def name_key_problem(folder: MeshFolder) -> str:
    """Return in one sentence why the mesh cannot start with the key it has; empty where it can.

    A folder with data keeps its key: none is made in its place, and no other is taken.
    """
    chosen = os.environ.get(NAME_KEY_VARIABLE, "")
    where = NAME_KEY_VARIABLE if chosen else str(folder.name_key)
    if not chosen and not folder.name_key.exists():
        back = f"put the earlier file back, or set {NAME_KEY_VARIABLE} to the key"
        return f"{where} is missing, {_WHAT_IT_IS}: {back}." if folder.has_data else ""
    try:
        key = chosen or folder.name_key.read_text(errors="replace").strip()
    except OSError as error:
        return f"{where} cannot be read ({error.strerror}), {_WHAT_IT_IS}: put it right."
    if not re.fullmatch(rf"[0-9a-fA-F]{{{2 * KEY_BYTES}}}", key):
        back = "put the earlier key back" if folder.has_data else f"set it right, or {_without(chosen)}"
        return f"{where} is not {2 * KEY_BYTES} hex digits, {_WHAT_IT_IS}: {back}."
    if folder.has_data and _noted(folder) not in {"", _fingerprint(key)}:
        return f"{where} is not {_WHAT_IT_IS}: put the earlier key back and start again."
    return ""


def _without(chosen: str) -> str:
    return "unset it" if chosen else "delete it, and the next start makes one"


def _fingerprint(key: str) -> str:
    return hmac.new(bytes.fromhex(key), _FINGERPRINTED, sha256).hexdigest()


def _noted(folder: MeshFolder) -> str:
    """Return the fingerprint of the key that the mesh was started with before; empty before its first."""
    try:
        return folder.name_key_note.read_text(errors="replace").strip()
    except OSError:
        return ""
