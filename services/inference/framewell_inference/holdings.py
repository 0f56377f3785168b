"""What inference holds of people, assets and holders of rights, store by store."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from framewell.erasure.v1.erasure_pb2 import ErasurePlanned
from framewell_inference.steps.erase_people import ErasePeople
from framewell_inference.steps.forget_asset import ForgetAsset
from framewell_kit.facts import Cause
from framewell_kit.holdings import Holding, Holdings


def holdings(forget: ForgetAsset, people: ErasePeople) -> Holdings:
    """Return the table of the service."""
    gone = EraseSeen(forget, people)
    return Holdings(
        (
            Holding("vector_log", "vectors of faces and pictures, as they came", gone),
            Holding("vector_spaces", kept="which objects are blocks of vectors: says nothing of anybody"),
            Holding("objects/application/vnd.usearch.index", "graphs over vectors", gone),
            Holding("postings", "who was recognised where, by class id", gone),
            Holding("posting_sets", kept="which objects are postings of a version: says nothing of anybody"),
            Holding("face_tracks", "faces that were seen, and where their vectors lie", gone),
            Holding("cluster_sightings", "which faces look like one person", gone),
            Holding("clusters", "how often and where somebody unknown was seen, as which class", gone),
            Holding("cluster_centres", "what the faces of a cluster come to", gone),
            Holding("cluster_decisions", "what people decided about clusters, by class id", gone),
            Holding("cluster_turns", kept="how often clustering was asked for: says nothing of anybody"),
            Holding("cluster_due", kept="ids of clusters that are summed up next: says nothing of anybody"),
            Holding("observation_sets", "what was seen and heard in a chunk", gone),
            Holding("observation_words", "words that were read, said and seen in a chunk", gone),
            Holding("analyses", "which parts of an asset are analysed", gone),
            Holding("analysed_assets", "which assets are analysed, of which series, and by what", gone),
            Holding("campaigns", "which assets a campaign over the archive was to look at", gone),
            Holding("recognition_changes", "which classes a re-labelling gave to how many faces", gone),
            Holding("face_searches", kept="when somebody looked for a face, and who of the staff; no words"),
            Holding("references", "which asset holds which object", gone),
            Holding("objects/application/protobuf", "observations, and indexes of them", gone),
            Holding("objects/application/vnd.apache.arrow.file", "vectors of faces and pictures", gone),
            Holding("identity_models", kept="models in service; training takes them out of it"),
            Holding("aliases", kept="names of models: says nothing of anybody"),
            Holding("model_registrations", kept="models of others: says nothing of anybody"),
            Holding("objects/application/yaml", kept="manifests of models of others"),
            Holding("objects/application/octet-stream", kept="files of models of others"),
        )
    )


@dataclass(frozen=True, slots=True)
class EraseSeen:
    """Forgets assets, and takes people's faces out of vectors, their names out of texts and postings."""

    forget: ForgetAsset
    people: ErasePeople

    async def __call__(self, plan: ErasurePlanned, cause: Cause) -> Mapping[str, int]:  # noqa: ARG002
        """Return how many things went, by store; texts are counted as observations."""
        counts: Counter[str] = Counter()
        for asset_id in plan.asset_ids:
            counts.update(await self.forget(asset_id))
        for class_id in plan.class_ids:
            stripped, unnamed, changes = await self.people.of_class(class_id)
            counts.update({"face_tracks": stripped, "postings": unnamed, "recognition_changes": changes})
        if plan.name_hashes:
            counts["observation_sets"] += await self.people.of_names()
        return counts
