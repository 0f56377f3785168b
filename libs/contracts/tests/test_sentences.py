"""A sentence is its template filled with its params, and says so to whoever speaks another language."""

import copy
import pickle
from collections.abc import Callable

import pytest

from framewell.mesh.v1.mesh_pb2 import Wording
from framewell_contracts.sentences import (
    Sentence,
    of_part,
    places,
    render,
    say,
    several,
    worded,
    wording_of,
    wordings_of,
)


def test_a_sentence_is_its_template_filled_with_its_params() -> None:
    said = say("sample_unknown.read", "there is no sample {sample}", sample="s-1")
    assert said == "there is no sample s-1"
    assert (said.code, said.reason, said.params) == (
        "sample_unknown.read",
        "sample_unknown",
        {"sample": "s-1"},
    )


@pytest.mark.parametrize(
    ("template", "params", "text"),
    [
        ("it is {what}", {"what": "{not a place}"}, "it is {not a place}"),
        ("'{role}' is no role", {"role": "x"}, "'x' is no role"),
        ("{n, number} bytes", {"n": "1234567"}, "1,234,567 bytes"),
        ("{n, number} bytes", {"n": "many"}, "many bytes"),
        ("{n, plural, one {# passage} other {# passages}} of it", {"n": "1"}, "1 passage of it"),
        ("{n, plural, one {# passage} other {# passages}} of it", {"n": "2000"}, "2,000 passages of it"),
        ("{n, plural, =0 {none} one {# is} other {# are}}", {"n": "0"}, "none"),
        ("{p, select, a {the {x}} other {nothing}}", {"p": "a", "x": "first"}, "the first"),
        ("{p, select, a {the {x}} other {nothing}}", {"p": "b", "x": "first"}, "nothing"),
        ("{p, select, a {} other {nothing}}.", {"p": "a"}, "."),
    ],
)  # fmt: skip
def test_templates_say_counts_and_choices(template: str, params: dict[str, str], text: str) -> None:
    assert render(template, params) == text


def test_a_sentence_in_a_sentence_keeps_its_own_wording() -> None:
    why = say("no_answer_there", "nothing answers at {place}", place="its address")
    said = say("service_away", "{service} is away: {why}", service="dataset", why=why)
    assert said == "dataset is away: nothing answers at its address"
    assert said.params == {
        "service": "dataset",
        "why": "nothing answers at its address",
        "why-template": "no_answer_there",
        "why-place": "its address",
    }


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))])
def test_a_sentence_is_copied_and_pickled_with_its_wording(again: Callable[[Sentence], Sentence]) -> None:
    said = say("sample_unknown", "there is no sample {sample}", sample="s-1")
    made = again(said)
    assert type(made) is Sentence
    assert (made, made.code, made.params) == (said, said.code, said.params)


def test_a_param_that_is_missing_or_a_brace_too_many_is_found_at_once() -> None:
    with pytest.raises(KeyError):
        say("bad", "{there} and {not}", there=1)
    for broken in ("a } b", "{open", "{n, plural, one {x}"):
        with pytest.raises(ValueError, match=r"brace|closed"):
            places(broken)


def test_places_are_those_of_every_case() -> None:
    assert places("{a} {n, plural, one {{b}} other {#}} {p, select, x {{c}} other {}}") == {*"anbpc"}


def test_wordings_stand_beside_sentences_and_come_back_with_them() -> None:
    said = say("sample_unknown", "there is no sample {sample}", sample="s-1")
    wording = wording_of(said)
    assert wording == Wording(template="sample_unknown", params={"sample": "s-1"})
    again = worded(str(said), wording)
    assert isinstance(again, Sentence)
    assert (again, again.code, again.params) == (said, said.code, said.params)
    assert wording_of("somebody's words") is None
    assert wordings_of(["somebody's words", said]) == [Wording(), wording]
    assert not isinstance(worded("an older service's words", Wording()), Sentence)


def test_params_that_are_too_long_to_travel_leave_the_sentence_alone() -> None:
    assert wording_of(say("long", "{text}", text="x" * 5000)) is None


def test_several_sentences_are_one_and_more_than_a_reader_takes_in_are_a_plain_text() -> None:
    parts = [of_part(f"replica {number}", "away") for number in range(2000)]
    assert several([]) == ""
    assert several(parts[:1]) is parts[0]
    assert several(parts[:2]) == "replica 0: away; replica 1: away"
    assert isinstance(several(parts[:2]), Sentence)
    assert several(parts) == "; ".join(parts)
    assert wording_of(several(parts)) is None
