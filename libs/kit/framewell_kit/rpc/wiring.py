"""The door of a process, and what signs for whom it calls, as its settings say."""

from pathlib import Path

from framewell_kit.clock import Clock
from framewell_kit.rpc.admission import Admission
from framewell_kit.rpc.caller_keys import KEY_SETTING, PUBLIC_KEYS_SETTING
from framewell_kit.rpc.local_mode import LocalMode
from framewell_kit.rpc.server import is_loopback
from framewell_kit.rpc.statements import CallerSigner, StatementCheck
from framewell_kit.settings import MeshSettings


def admission_of(service: str, settings: MeshSettings, clock: Clock) -> Admission:
    """Return the door of a service. Raises ValueError, naming the setting, for keys that cannot be used."""
    statements = None
    if settings.caller_public_keys_file:
        try:
            statements = StatementCheck(settings.caller_public_keys_file, service, clock)
        except OSError as error:
            raise _unreadable(PUBLIC_KEYS_SETTING, settings.caller_public_keys_file, error) from error
    file = settings.local_mode_file
    local_mode = LocalMode(Path(file)) if file and is_loopback(settings.bind) else None
    return Admission(settings.tokens, statements, local_mode)


def caller_signer_of(settings: MeshSettings, clock: Clock) -> CallerSigner | None:
    """Return what signs whom a process calls for; None where it has no key.

    Raises ValueError, naming the setting, for a key that cannot be used.
    """
    if not settings.caller_key_file:
        return None
    try:
        return CallerSigner(settings.caller_key_file, clock)
    except OSError as error:
        raise _unreadable(KEY_SETTING, settings.caller_key_file, error) from error


def _unreadable(setting: str, path: str, error: OSError) -> ValueError:
    return ValueError(f"{path} ({setting}) cannot be read: {error.strerror}")
