"""What the .proto files say of their elements: protoc leaves comments out of the descriptors in Python."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType


@cache
def comments() -> Mapping[str, str]:
    """Return what stands above each message, field, enum, value and method in its .proto, by full name.

    A value is named as if it stood inside its enum. `make proto` writes the file.
    """
    found: dict[str, str] = json.loads(files("framewell").joinpath("comments.json").read_text())
    return MappingProxyType(found)
