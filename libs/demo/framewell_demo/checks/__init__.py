"""Checks that every step of the story really happened: one named check each, over the record of a run.

Pure functions: the same record gives the same verdicts, and each names the figures it rests on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from framewell_demo.checks import learning, media, refusals, samples
from framewell_demo.run_record import RunRecord


@dataclass(frozen=True, slots=True)
class Check:
    """One step of the story and whether it happened, with the figures."""

    name: str
    passed: bool
    sentence: str


CheckFunction = Callable[[RunRecord], tuple[bool, str]]


def run_checks(record: RunRecord) -> list[Check]:
    """Return every check of the story, in its order. A check that cannot even be made has failed."""
    return [_run(check, record) for check in CHECKS]


def _run(check: CheckFunction, record: RunRecord) -> Check:
    name = check.__name__.replace("_", " ").replace("programme b", "programme B")
    try:
        passed, sentence = check(record)
    except (LookupError, StopIteration, TypeError, AssertionError) as error:
        return Check(name, False, f"what it needs is not there: {error!r}")
    return Check(name, passed, sentence)


CHECKS: Final[tuple[CheckFunction, ...]] = (
    media.requests_became_assets,
    media.broken_file_was_rejected_with_a_reason,
    media.every_chunk_was_decoded_once,
    media.nothing_is_missing,
    media.proxies_play,
    media.real_models_looked_at_every_picture,
    media.speech_was_heard,
    media.names_were_read_exactly,
    media.ticker_was_not_taken_for_a_name,
    samples.man_was_proposed_and_his_name_marked_as_fiction,
    samples.same_pictures_counted_once,
    samples.astronaut_was_withheld,
    samples.photo_was_withheld_in_its_own_words,
    samples.staff_accepted,
    learning.training_exported_graphs_equal_to_their_heads,
    learning.promotion_policy_promoted_them,
    learning.learned_within_seconds,
    learning.man_is_recognised_in_programme_b,
    learning.people_kept_out_by_rights_stay_unknown,
    learning.signing_proposed_her_after_all,
    learning.astronaut_is_recognised_in_programme_b,
    learning.nothing_was_decoded_again,
    refusals.objection_reached_samples_snapshots_and_the_archive,
    refusals.what_was_made_of_him_is_gone,
    refusals.he_is_paid_for_what_was_and_for_nothing_more,
    refusals.every_service_forgot_her,
    refusals.nobody_names_her_any_more,
    refusals.what_is_owed_for_her_stays_owed,
)
