"""Steps that handlers, commands and queries share."""

from dataclasses import dataclass

from framewell_inference.steps.analyse_by_rights import AnalyseByRights
from framewell_inference.steps.conclude_analysis import ConcludeAnalysis
from framewell_inference.steps.erase_people import ErasePeople
from framewell_inference.steps.forget_asset import ForgetAsset
from framewell_inference.steps.hear_sound import HearSound
from framewell_inference.steps.keep_clusters import KeepClusters
from framewell_inference.steps.name_faces import NameFaces
from framewell_inference.steps.names_in_force import NamesInForce
from framewell_inference.steps.observe_chunk import ObserveChunk
from framewell_kit.tombstones import Tombstones


@dataclass(frozen=True, slots=True)
class Steps:
    """Those that more than one entrypoint gives its handlers, in one value."""

    tombstones: Tombstones
    by_rights: AnalyseByRights
    people: ErasePeople
    name_faces: NameFaces
    forget: ForgetAsset
    names: NamesInForce
    clusters: KeepClusters
    observe: ObserveChunk
    hear: HearSound
    conclude: ConcludeAnalysis
