"""One spelling of what may be spelt in several ways."""

from functools import cache

from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message

from framewell_contracts.bounds.rules import bound_of


def lower_uuids(message: Message) -> None:
    """Write every UUID of a message in lower case, as the mesh keeps and looks up ids (RFC 9562).

    UUIDs are the texts that the .proto bounds as such, also in messages within.
    """
    uuids, inner = _uuids_in(message.DESCRIPTOR)
    for name in uuids:
        text = getattr(message, name)
        if text != (lower := text.lower()):
            setattr(message, name, lower)
    for name in inner:
        if message.HasField(name):
            lower_uuids(getattr(message, name))


@cache
def _uuids_in(descriptor: Descriptor) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of the fields that are UUIDs, and of those whose messages hold any."""
    single = [field for field in descriptor.fields if not field.is_repeated]
    uuids = [field.name for field in single if (bound := bound_of(field)) is not None and bound.uuid]
    held = [field for field in single if field.message_type and field.message_type is not descriptor]
    inner = [field.name for field in held if any(_uuids_in(field.message_type))]
    return tuple(uuids), tuple(inner)
