"""What of a model's name is taken in, in force and enabled: changes of one `ModelRegistered`, as values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from framewell.media.v1.media_pb2 import Work
from framewell.model.v1.model_pb2 import ModelRegistered, ModelScope, RegisteredVersion

MOST_VERSIONS: Final = 100
"""Most versions of one name."""

MOST_SCOPES: Final = 100
"""Most series and channels for which one name is enabled."""

ON_SITE: Final = "on-site"
"""Label of a request whose asset no model elsewhere may see; any value but `false`."""

EVERYWHERE: Final = ModelScope()


class RegistrationError(ValueError):
    """A change of a registration that cannot be made; the message says why and what to do."""


def with_version(entry: ModelRegistered, added: RegisteredVersion, *, first: bool) -> ModelRegistered:
    """Return the entry with one more version, in force where it is the `first` of its name.

    One that is in it already changes nothing. Raises RegistrationError for another of that version, and when
    there are too many.
    """
    if added in entry.versions:
        return entry
    if added.version in {one.version for one in entry.versions}:
        raise RegistrationError(f"{entry.name}@{added.version} is there already; a change is a new version")
    if len(entry.versions) >= MOST_VERSIONS:
        raise RegistrationError(f"{entry.name} has {MOST_VERSIONS} versions: remove one first")
    changed = _copy(entry)
    changed.versions.append(added)
    changed.in_force = added.version if first and not entry.in_force else entry.in_force
    return changed


def without_import(entry: ModelRegistered, added: RegisteredVersion) -> ModelRegistered:
    """Return the entry without a version that was taken in a moment ago and cannot be used after all."""
    changed = _copy(entry)
    del changed.versions[:]
    changed.versions.extend(one for one in entry.versions if one != added)
    if entry.in_force == added.version:
        changed.in_force = changed.versions[0].version if changed.versions else ""
    if not changed.versions:
        del changed.enabled[:]
    return changed


def without_version(entry: ModelRegistered, version: str) -> ModelRegistered:
    """Return the entry without a version, or without any where `version` is empty.

    What is enabled ends with the last version. Raises RegistrationError for a version that is not there, and
    for the one in force while there are others.
    """
    there = [one.version for one in entry.versions]
    if not there:
        raise RegistrationError(f"{entry.name} has no version that was taken in")
    if version and version not in there:
        raise RegistrationError(
            f"{entry.name} has no version {version} that was taken in (it has: {', '.join(there)})"
        )
    left = [one for one in entry.versions if version and one.version != version]
    if left and version == entry.in_force:
        raise RegistrationError(
            f"{entry.name}@{version} is in force: put another version in force first, or remove all of them"
        )
    changed = _copy(entry)
    del changed.versions[:]
    changed.versions.extend(left)
    if not left:
        changed.in_force = ""
        del changed.enabled[:]
    return changed


def enabled_for(entry: ModelRegistered, scopes: Sequence[ModelScope]) -> ModelRegistered:
    """Return the entry enabled for these programmes too; every programme where none is named."""
    changed = _copy(entry)
    wanted = [*entry.enabled, *(scopes or [EVERYWHERE])]
    _set_scopes(changed, [EVERYWHERE] if EVERYWHERE in wanted else wanted)
    if len(changed.enabled) > MOST_SCOPES:
        raise RegistrationError(
            f"{entry.name} is enabled for {MOST_SCOPES} series and channels: enable it for all"
        )
    return changed


def disabled_for(entry: ModelRegistered, scopes: Sequence[ModelScope]) -> ModelRegistered:
    """Return the entry not enabled for these programmes any more; for none where none is named.

    Raises RegistrationError for a scope for which it is not enabled by itself.
    """
    changed = _copy(entry)
    for scope in scopes:
        if scope not in entry.enabled:
            for_now = ", ".join(map(scope_text, entry.enabled)) or "nothing"
            raise RegistrationError(
                f"{entry.name} is not enabled for {scope_text(scope)}: it is for {for_now}"
            )
    _set_scopes(changed, [one for one in entry.enabled if scopes and one not in scopes])
    return changed


def in_force(entry: ModelRegistered, version: str) -> ModelRegistered:
    """Return the entry with this version in force."""
    changed = _copy(entry)
    changed.in_force = version
    return changed


def looks_at(scopes: Iterable[ModelScope], work: Work) -> bool:
    """Return whether a model that is enabled for these programmes looks at an asset."""
    return any(scope.series in {"", work.series} and scope.channel in {"", work.channel} for scope in scopes)


def stays_on_site(work: Work) -> bool:
    """Return whether the asset may be seen by no model that runs elsewhere."""
    return ON_SITE in work.labels and work.labels[ON_SITE].strip().lower() != "false"


def scope_text(scope: ModelScope) -> str:
    """Return a scope in words: `series Abendschau on channel Kanal Eins`."""
    series = f"series {scope.series}" if scope.series else ""
    channel = f"channel {scope.channel}" if scope.channel else ""
    return " on ".join(part for part in (series, channel) if part) or "every programme"


def _set_scopes(entry: ModelRegistered, scopes: Sequence[ModelScope]) -> None:
    distinct = {
        one.SerializeToString(deterministic=True): ModelScope(series=one.series, channel=one.channel)
        for one in scopes
    }
    del entry.enabled[:]
    entry.enabled.extend(distinct.values())


def _copy(entry: ModelRegistered) -> ModelRegistered:
    copy = ModelRegistered()
    copy.CopyFrom(entry)
    return copy
