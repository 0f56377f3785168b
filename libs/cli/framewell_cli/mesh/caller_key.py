"""The key with which the gateway signs who it calls for, and its public half, which all services have.

A statement lives for a minute, so nothing is lost with a key: a missing one is made anew, unlike the others.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final

from framewell_cli.mesh.folder import MeshFolder
from framewell_cli.mesh.key_file import write_key

CALLER_KEY_VARIABLE: Final = "FRAMEWELL_CALLER_KEY_FILE"
PUBLIC_KEYS_VARIABLE: Final = "FRAMEWELL_CALLER_PUBLIC_KEYS_FILE"
LOCAL_MODE_VARIABLE: Final = "FRAMEWELL_LOCAL_MODE_FILE"
SIGNS: Final = "gateway"
"""The one service that is given the private key."""


def make_caller_key(folder: MeshFolder) -> None:
    """Make the key, and write its public half where it is missing; neither where the environment names keys.

    A mesh without data has no users: who calls on its machine is believed until the gateway says otherwise.
    """
    if _is_chosen():
        return
    from framewell_contracts.audit.seals import (  # noqa: PLC0415 - slow to import
        new_private_key,
        public_pem,
        read_public_keys,
        seal_key,
    )

    if not folder.caller_key.exists():
        folder.caller_public_keys.unlink(missing_ok=True)  # what the lost key signed counts no more
        write_key(folder.caller_key, new_private_key())
        if not folder.has_data:
            write_key(folder.local_mode, "Kept by the gateway for as long as this mesh has no users.\n")
    key, public = seal_key(folder.caller_key.read_text()), folder.caller_public_keys
    known = read_public_keys(public.read_text()) if public.exists() else {}
    if key.key_id not in known:
        write_key(public, public_pem({**key.public_keys, **known}))


def caller_key_problem(folder: MeshFolder) -> str:
    """Return in one sentence why the services could not tell who calls; empty where they can or will."""
    from framewell_contracts.audit.seals import BadKey, read_public_keys, seal_key  # noqa: PLC0415

    if _is_chosen():
        if os.environ.get(PUBLIC_KEYS_VARIABLE):
            return ""
        return (
            f"{CALLER_KEY_VARIABLE} is set and {PUBLIC_KEYS_VARIABLE} is not: services need its public half."
        )
    for path, read in ((folder.caller_key, seal_key), (folder.caller_public_keys, read_public_keys)):
        try:
            if path.exists():
                read(path.read_text())
        except (OSError, UnicodeDecodeError, BadKey):
            return f"{path} holds no key that tells who calls: delete it, and the next start makes a new one."
    return ""


def caller_variables(folder: MeshFolder, service: str = "") -> Mapping[str, str]:
    """Return what a service is given, and the gateway beside that, as far as the environment says nothing."""
    given = {
        PUBLIC_KEYS_VARIABLE: str(folder.caller_public_keys),
        LOCAL_MODE_VARIABLE: str(folder.local_mode),
        **({CALLER_KEY_VARIABLE: str(folder.caller_key)} if service == SIGNS else {}),
    }
    if _is_chosen():
        given = {LOCAL_MODE_VARIABLE: str(folder.local_mode)}
    return {name: value for name, value in given.items() if not os.environ.get(name)}


def _is_chosen() -> bool:
    return bool(os.environ.get(CALLER_KEY_VARIABLE) or os.environ.get(PUBLIC_KEYS_VARIABLE))
