"""Sentences that know what they were made of: a template with a code, and what stands in its places.

Services speak English. Beside a sentence they send its wording, the code of the template and the params,
from which a reader words it in another language; `sentences.json` lists every code with its English
template, written from the code by `infra/make/refusals`. So a sentence is always its template filled with
its params, and the template stands at the place where the sentence is made: `say("sample_unknown", "there
is no sample {sample}", …)`.

The part of ICU's MessageFormat that templates use: `{name}`, `{name, number}`, `{name, plural, =0 {…} one
{…} other {…}}` with `#` for the number, and `{name, select, word {…} other {…}}`. An apostrophe stands for
itself. A whole library for it (PyICU) would bring ICU's C++ and 30 MB of data for these four.

A param may be a sentence itself: then `<name>-template` has its code, and `<name>-<param>` each of its
params.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from framewell.mesh.v1.mesh_pb2 import Wording

TEMPLATE: Final = "template"
"""Under `<name>-template` stands the code of a param that is a sentence itself."""

_LONGEST_PARAMS: Final = 4000
"""Characters: a wording travels in the trailers of a call, which are bounded, beside the sentence itself."""
_MOST_SEVERAL: Final = 8


class Sentence(str):
    """An English sentence, with the code of its template and what stands in its places.

    What is done to it as a text (joined, cut, stored) leaves a plain `str`, which has no wording.
    """

    __slots__ = ("code", "params")
    code: str
    params: Mapping[str, str]

    def __new__(cls, text: str, code: str, params: Mapping[str, str]) -> "Sentence":
        sentence = super().__new__(cls, text)
        sentence.code, sentence.params = code, params
        return sentence

    def __reduce__(self) -> "tuple[type[Sentence], tuple[str, str, Mapping[str, str]]]":
        """Return how a copy, or one that was pickled, is made."""
        return Sentence, (str(self), self.code, self.params)

    @property
    def reason(self) -> str:
        """Return the word for programs: the code up to the dot; what stands behind tells templates apart."""
        return self.code.partition(".")[0]

    def mapped(self, change: Callable[[str], str]) -> "Sentence":
        """Return it with the text and every param changed, as where secrets are redacted."""
        return Sentence(
            change(str(self)), self.code, {name: change(value) for name, value in self.params.items()}
        )


def say(code: str, template: str, /, **params: object) -> Sentence:
    """Return the sentence that a template makes of params. Raises KeyError for a param that it lacks."""
    shown: dict[str, str] = {}
    for name, value in params.items():
        shown[name] = str(value)
        if isinstance(value, Sentence):
            shown[f"{name}-{TEMPLATE}"] = value.code
            shown.update((f"{name}-{inner}", text) for inner, text in value.params.items())
    return Sentence(render(template, shown), code, shown)


def wording_of(sentence: str) -> Wording | None:
    """Return what a sentence was made of; None for one that is a plain text, or whose params are too long."""
    if not isinstance(sentence, Sentence):
        return None
    if sum(len(name) + len(value) for name, value in sentence.params.items()) > _LONGEST_PARAMS:
        return None
    return Wording(template=sentence.code, params=sentence.params)


def wordings_of(sentences: Iterable[str]) -> list[Wording]:
    """Return the wording of each, empty for plain texts: they stand in the order of the sentences."""
    return [wording_of(one) or Wording() for one in sentences]


def worded(sentence: str, wording: Wording) -> str:
    """Return a sentence that came with its wording; the text itself where it came without."""
    return Sentence(sentence, wording.template, dict(wording.params)) if wording.template else sentence


def kept_wording(sentence: str) -> dict[str, Any]:
    """Return what a sentence was made of as JSON and documents keep it; empty for a text of its own."""
    wording = wording_of(sentence)
    return {} if wording is None else {"template": wording.template, "params": dict(wording.params)}


def worded_as_kept(sentence: str, kept: Any) -> str:
    """Return a sentence with the wording that was kept beside it; the text itself where that is none."""
    try:
        return worded(sentence, Wording(template=kept["template"], params=kept["params"]))
    except (KeyError, TypeError, ValueError):
        return sentence


def several(sentences: Sequence[str]) -> str:
    """Return sentences as one, with semicolons between them; empty where there are none.

    More than a reader takes in are a plain text: each would stand in the params of all before it.
    """
    if len(sentences) > _MOST_SEVERAL:
        return "; ".join(sentences)
    if len(sentences) < 2:
        return sentences[0] if sentences else ""
    return say("several", "{first}; {rest}", first=sentences[0], rest=several(sentences[1:]))


def listed(sentences: Sequence[str]) -> str:
    """Return whole sentences one behind the other; empty where there are none. Bounded as `several`."""
    if len(sentences) > _MOST_SEVERAL:
        return " ".join(sentences)
    if len(sentences) < 2:
        return sentences[0] if sentences else ""
    return say("two_sentences", "{first} {second}", first=sentences[0], second=listed(sentences[1:]))


def of_part(part: str, why: str) -> Sentence:
    """Return what a part says, with its name before it."""
    return say("of_part", "{part}: {why}", part=part, why=why)


# --- templates --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Place:
    """A place of a template: the param, how it is shown, and for plural and select what each case says."""

    name: str
    kind: str = ""
    cases: "tuple[tuple[str, tuple[_Part, ...]], ...]" = ()


_Part = str | _Place


def render(template: str, params: Mapping[str, str]) -> str:
    """Return the text that an English template makes of params. Raises KeyError for a param that it lacks."""
    return "".join(_filled(_parsed(template), params, ""))


def places(template: str) -> frozenset[str]:
    """Return the names of the params that a template has places for. Raises ValueError where it is none."""
    return frozenset(_names(_parsed(template)))


def _names(parts: tuple[_Part, ...]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, _Place):
            yield part.name
            for _, inner in part.cases:
                yield from _names(inner)


def _filled(parts: tuple[_Part, ...], params: Mapping[str, str], number: str) -> Iterator[str]:
    for part in parts:
        if isinstance(part, str):
            yield part.replace("#", number) if number else part
        elif part.kind in ("plural", "select"):
            value = params[part.name]
            plural = part.kind == "plural"
            keys = (f"={value}", "one" if value == "1" else "other") if plural else (value, "other")
            cases = dict(part.cases)
            chosen = next(cases[key] for key in keys if key in cases)
            yield from _filled(chosen, params, _grouped(value) if plural else number)
        else:
            yield _grouped(params[part.name]) if part.kind == "number" else params[part.name]


def _grouped(value: str) -> str:
    return f"{int(value):,}" if value.lstrip("-").isdigit() else value


@lru_cache(maxsize=4096)
def _parsed(template: str) -> tuple[_Part, ...]:
    parts, at = _parts(template, 0)
    if at != len(template):
        raise ValueError(f"a brace too many at {at} of {template!r}")
    return parts


def _parts(template: str, at: int) -> tuple[tuple[_Part, ...], int]:
    """Return the parts from a place up to the brace that closes it, or to the end, and where that is."""
    found: list[_Part] = []
    while at < len(template) and template[at] != "}":
        if template[at] == "{":
            place, at = _place(template, at + 1)
            found.append(place)
        else:
            end = min(
                (one for one in (template.find("{", at), template.find("}", at)) if one >= 0),
                default=len(template),
            )
            found.append(template[at:end])
            at = end
    return tuple(found), at


def _place(template: str, at: int) -> tuple[_Place, int]:
    end = min(one for one in (template.find("}", at), template.find(",", at), len(template)) if one >= 0)
    name = template[at:end].strip()
    if template[end : end + 1] != ",":
        return _Place(name), _closed(template, end)
    at = end + 1
    end = min(one for one in (template.find("}", at), template.find(",", at), len(template)) if one >= 0)
    kind = template[at:end].strip()
    if template[end : end + 1] != ",":
        return _Place(name, kind), _closed(template, end)
    cases, at = [], end + 1
    while (opened := template.find("{", at)) >= 0 and template[at:opened].strip(" }"):
        key = template[at:opened].strip()
        if key.startswith("}"):
            break
        inner, at = _parts(template, opened + 1)
        cases.append((key, inner))
        at = _closed(template, at)
        if template[at : at + 1] == "}":
            break
    return _Place(name, kind, tuple(cases)), _closed(template, at)


def _closed(template: str, at: int) -> int:
    if template[at : at + 1] != "}":
        raise ValueError(f"a place is not closed at {at} of {template!r}")
    return at + 1
