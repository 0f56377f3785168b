"""A small part of CEL (Common Expression Language), in which protovalidate writes rules between fields.

Taken are `||`, `&&`, `!`, parentheses, the six comparisons, whole numbers, fields of `this` and `has()` of
them. `cel-python` knows all of CEL, at a price in start-up and memory that every process would pay.
"""

import operator
import re
from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

Evaluate: TypeAlias = Callable[[Any], Any]
"""Returns the value of an expression for the message that `this` is."""

_TOKEN: Final = re.compile(r"\s*(\|\||&&|[<>=!]=|[<>!()]|-?[0-9]+|has|this(?:\.[a-z_][a-z0-9_]*)+)")
_COMPARISONS: Final[Mapping[str, Callable[[Any, Any], bool]]] = MappingProxyType(
    {
        "<": operator.lt,
        "<=": operator.le,
        ">": operator.gt,
        ">=": operator.ge,
        "==": operator.eq,
        "!=": operator.ne,
    }
)


@cache
def compiled(expression: str) -> Callable[[Message], bool]:
    """Return what says whether the expression holds for a message.

    Raises NotImplementedError for what is not of this part of CEL.
    """
    parser = _Parser(expression)
    evaluate = parser.either()
    parser.end()
    return lambda message: bool(evaluate(message))


class _Parser:
    """A recursive descent over the tokens; each method reads what its name says and returns its meaning."""

    def __init__(self, expression: str) -> None:
        self._expression, self._tokens, position = expression, [""], 0
        while position < len(expression.rstrip()):
            found = _TOKEN.match(expression, position)
            if found is None:
                raise self._refused()
            self._tokens.append(found[1])
            position = found.end()
        self._tokens = self._tokens[:0:-1]

    def either(self) -> Evaluate:
        left = self._both()
        while self._takes("||"):
            left = _or(left, self._both())
        return left

    def end(self) -> None:
        if self._tokens:
            raise self._refused()

    def _both(self) -> Evaluate:
        left = self._comparison()
        while self._takes("&&"):
            left = _and(left, self._comparison())
        return left

    def _comparison(self) -> Evaluate:
        left = self._single()
        compare = _COMPARISONS.get(self._next())
        if compare is None:
            return left
        self._tokens.pop()
        return _compared(compare, left, self._single())

    def _single(self) -> Evaluate:
        if self._takes("!"):
            inner = self._single()
            return lambda this: not inner(this)
        if self._takes("("):
            inner = self.either()
            self._needs(")")
            return inner
        if self._takes("has"):
            self._needs("(")
            path = self._path()
            self._needs(")")
            return lambda this: _has(this, path)
        if re.fullmatch("-?[0-9]+", self._next()):
            number = int(self._tokens.pop())
            return lambda _: number
        path = self._path()
        return lambda this: _value(this, path)

    def _path(self) -> list[str]:
        if not self._next().startswith("this."):
            raise self._refused()
        return self._tokens.pop().split(".")[1:]

    def _next(self) -> str:
        return self._tokens[-1] if self._tokens else ""

    def _takes(self, token: str) -> bool:
        if self._next() != token:
            return False
        self._tokens.pop()
        return True

    def _needs(self, token: str) -> None:
        if not self._takes(token):
            raise self._refused()

    def _refused(self) -> NotImplementedError:
        return NotImplementedError(f"this CEL expression is not interpreted: {self._expression}")


def _or(left: Evaluate, right: Evaluate) -> Evaluate:
    return lambda this: left(this) or right(this)


def _and(left: Evaluate, right: Evaluate) -> Evaluate:
    return lambda this: left(this) and right(this)


def _compared(compare: Callable[[Any, Any], bool], left: Evaluate, right: Evaluate) -> Evaluate:
    return lambda this: compare(left(this), right(this))


def _value(this: Any, path: list[str]) -> Any:
    for name in path:
        this = getattr(this, name)
    return (this.seconds, this.nanos) if isinstance(this, Timestamp | Duration) else this


def _has(this: Any, path: list[str]) -> bool:
    """Return whether a field is set; one that has no presence: whether it is not empty, 0 or false."""
    *parents, name = path
    for parent in parents:
        this = getattr(this, parent)
    field = this.DESCRIPTOR.fields_by_name[name]
    return bool(this.HasField(name) if field.has_presence else getattr(this, name))
