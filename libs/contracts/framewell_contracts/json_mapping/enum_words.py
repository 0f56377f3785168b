"""Enum values as short words: the name of the value without the prefix of its enum, in lower case."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from google.protobuf.descriptor import EnumDescriptor

from framewell_contracts.sentences import Sentence, say

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
            raise ValueError(_written(word, enum_words(enum)[named.number]))
        if word.lower() in numbers:
            raise ValueError(_written(word, word.lower()))
        if named is not None or word.lower() == _UNSPECIFIED.lower():
            raise ValueError(say("field.unknown", "what is not known is left out"))
    said = say(
        "field.word",
        "{given} is none of {known}",
        given=f"`{word[:100]}`" if isinstance(word, str) else say("what.this", "this"),
        known=", ".join(f"`{one}`" for one in numbers),
    )
    raise ValueError(said)


def _written(word: str, right: str) -> Sentence:
    return say("field.written", "`{word}` is written `{right}`", word=word, right=right)
