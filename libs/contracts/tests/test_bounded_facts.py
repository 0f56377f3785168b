"""No fact grows with its asset, dataset or recording: what grows stands in an object that the fact names."""

from collections.abc import Iterator

import pytest
from google.protobuf.descriptor import Descriptor, FieldDescriptor

from framewell_contracts.bounds import bound_of
from framewell_contracts.fact_types import FACTS, FactType
from framewell_contracts.missing import MOST_SENTENCES, bounded_missing

BOUNDED = {
    # by a request, whose own fields are bounded
    "framewell.asset.v1.AssetIngested.labels": "those of the request",
    "framewell.asset.v1.AssetIngested.statements": "those of the request, and a few read from the file",
    "framewell.rights.v1.RightsDecision.grounds": "statements in force for one purpose",
    "framewell.training.v1.Lineage.parameters": "parameters of a recipe",
    # by the media or the models of one chunk
    "framewell.asset.v1.AssetIngested.caption_files": "those of the request, at most 50",
    "framewell.asset.v1.AssetIngested.tracks": "tracks of one container, at most 200",
    "framewell.asset.v1.AssetTranscoded.captions": "one a track, channel in the pictures or file beside",
    "framewell.audio.v1.AudioExtracted.tracks": "tracks of one container, at most 200",
    "framewell.audio.v1.SoundTrack.tracks": "one or two",
    "framewell.media.v1.Track.roles": "there are ten",
    "framewell.chunk.v1.ChunkTranscoded.provisional_cuts": "cuts in ten seconds",
    "framewell.chunk.v1.ChunkTranscoded.missing_pts": "pictures of ten seconds, at most 10,000",
    "framewell.chunk.v1.ChunkAnalysed.provisional_cuts": "cuts in ten seconds",
    "framewell.chunk.v1.ChunkAnalysed.results": "one an analyser",
    "framewell.chunk.v1.AnalyserResult.beside": "one an embedding that is enabled",
    "framewell.audio.v1.AudioAnalysed.results": "one an analyser",
    "framewell.asset.v1.AssetAnalysed.totals": "one an analyser and model",
    # by a number that the contract names
    "framewell.mesh.v1.Wording.params": "places of one template, 4,000 characters in all",
    "framewell.asset.v1.AssetIngested.same_content": "at most 20",
    "framewell.asset.v1.AssetTranscoded.missing": "at most 20 sentences",
    "framewell.asset.v1.AssetAnalysed.missing": "at most 20 sentences",
    "framewell.asset.v1.AssetTranscoded.missing_wordings": "one a sentence of `missing`",
    "framewell.asset.v1.AssetAnalysed.missing_wordings": "one a sentence of `missing`",
    "framewell.recording.v1.RecordingClosed.missing": "at most 100 ranges",
    "framewell.sample.v1.SampleProposed.crops": "at most ten",
    "framewell.sample.v1.SampleProposed.evidence": "one a rule",
    "framewell.sample.v1.Evidence.observation_ids": "at most 100",
    "framewell.sample.v1.Provenance.models": "one an analyser",
    "framewell.snapshot.v1.SnapshotPublished.splits": "there are three",
    "framewell.model.v1.ModelRegistered.versions": "at most 100, the next is refused",
    "framewell.model.v1.ModelRegistered.enabled": "at most 100, the next is refused",
    "framewell.model.v1.RegisteredVersion.files": "at most 100: a manifest lists no more",
    "framewell.model.v1.ModelPromoted.measures": "figures over all held-out photos",
    "framewell.training.v1.TrainingCompleted.measures": "figures over all held-out photos",
    "framewell.training.v1.TrainingCompleted.checks": "one a check of the promotion policy",
    "framewell.training.v1.ModelComparison.rates": "one a rate, of which there are three",
    "framewell.erasure.v1.ErasureCompleted.counts": "kinds of things of one service",
    "framewell.erasure.v1.ErasurePlanned.class_ids": "the class and those merged into it, at most 1000",
    "framewell.erasure.v1.ErasurePlanned.asset_ids": "at most 1000 a fact",
    "framewell.erasure.v1.ErasurePlanned.name_hashes": "names and aliases of these classes, at most 1000",
    "framewell.rights.v1.PurposeDecision.withheld": "at most 1000 passages",
    "framewell.rights.v1.RightsApplied.statements": "those of the change, which is bounded",
    "framewell.rights.v1.RightsDecided.purposes": "there are four",
}
"""Repeated fields and maps of facts by full name, and what bounds them where no rule of the .proto does."""


def repeated_fields(message: Descriptor, seen: set[str]) -> Iterator[FieldDescriptor]:
    """Yield the repeated fields and maps of a message and of every message inside it."""
    if message.full_name in seen:
        return
    seen.add(message.full_name)
    for field in message.fields:
        if field.is_repeated:
            yield field
        if field.message_type is not None and not field.message_type.GetOptions().map_entry:
            yield from repeated_fields(field.message_type, seen)


@pytest.mark.parametrize("fact", FACTS.values(), ids=lambda fact: fact.type)
def test_every_list_in_a_fact_is_bounded(fact: FactType) -> None:
    unbounded = {
        field.full_name
        for field in repeated_fields(fact.message.DESCRIPTOR, set())
        if (bound := bound_of(field)) is None or bound.most is None
    } - BOUNDED.keys()
    assert not unbounded, "put it into an object that the fact refers to, or say in BOUNDED what bounds it"


def test_only_lists_of_facts_are_said_to_be_bounded() -> None:
    found = {
        field.full_name
        for fact in FACTS.values()
        for field in repeated_fields(fact.message.DESCRIPTOR, set())
    }
    assert BOUNDED.keys() <= found


def test_the_last_of_too_many_sentences_counts_the_others() -> None:
    sentences = [f"chunk {number} is missing" for number in range(1000)]
    assert bounded_missing(sentences[:MOST_SENTENCES]) == sentences[:MOST_SENTENCES]
    bounded = bounded_missing(sentences)
    assert len(bounded) == MOST_SENTENCES
    assert bounded[:-1] == sentences[: MOST_SENTENCES - 1]
    assert bounded[-1] == "981 more are listed in the asset's index."
