"""Enum values as short words: the name of the value without the prefix of its enum, in lower case."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from google.protobuf.descriptor import EnumDescriptor

_UNSPECIFIED = "UNSPECIFIED"


@cache
def enum_words(enum: EnumDescriptor) -> Mapping[int, str]:
    """Return the word of every value by its number; the unspecified value has none.

    Raises ValueError for an enum whose zero value is not called `<PREFIX>_UNSPECIFIED` (buf lint holds it).
    """
    zero = enum.values_by_number[0].name
    if not zero.endswith(_UNSPECIFIED):
        raise ValueError(f"the zero value of {enum.full_name} must be called …_{_UNSPECIFIED}, not {zero}")
    prefix = zero.removesuffix(_UNSPECIFIED)
    return MappingProxyType(
        {value.number: value.name.removeprefix(prefix).lower() for value in enum.values if value.number}
    )


@cache
def _numbers(enum: EnumDescriptor) -> Mapping[str, int]:
    return MappingProxyType({word: number for number, word in enum_words(enum).items()})


def enum_word(enum: EnumDescriptor, number: int) -> str:
    """Return the word of a value; '' for the unspecified one, the number as text for an unknown one."""
    return enum_words(enum).get(number, str(number) if number else "")


def enum_value(enum: EnumDescriptor, word: object) -> int:
    """Return the number of a value by its word.

    Raises ValueError with a sentence that names the right spelling, or all words there are.
    """
    numbers = _numbers(enum)
    if isinstance(word, str):
        found = numbers.get(word)
        if found is not None:
            return found
        named = enum.values_by_name.get(word)
        if named is not None and named.number:
            raise ValueError(f"`{word}` is written `{enum_words(enum)[named.number]}`")
        if word.lower() in numbers:
            raise ValueError(f"`{word}` is written `{word.lower()}`")
        if named is not None or word.lower() == _UNSPECIFIED.lower():
            raise ValueError("what is not known is left out")
    given = f"`{word[:100]}`" if isinstance(word, str) else "this"
    raise ValueError(f"{given} is none of {', '.join(f'`{one}`' for one in numbers)}")
