"""What several entrypoints of the service share, on its stores."""

from __future__ import annotations

from framewell_inference.ports.stores import Stores
from framewell_inference.steps import Steps
from framewell_inference.steps.add_later_looks import AddLaterLooks
from framewell_inference.steps.analyse_by_rights import AnalyseByRights
from framewell_inference.steps.conclude_analysis import ConcludeAnalysis
from framewell_inference.steps.erase_people import ErasePeople
from framewell_inference.steps.face_spaces import FaceSpaces
from framewell_inference.steps.forget_asset import ForgetAsset
from framewell_inference.steps.hear_sound import HearSound
from framewell_inference.steps.keep_faces import KeepFaces
from framewell_inference.steps.look_at_frames import LookAtFrames
from framewell_inference.steps.name_faces import NameFaces
from framewell_inference.steps.names_in_force import NamesInForce
from framewell_inference.steps.observe_chunk import ObserveChunk
from framewell_inference.steps.reuse_looks import ReuseLooks
from framewell_inference.wiring.clusters import keep_clusters
from framewell_kit.service import Mesh


def build_steps(stores: Stores, mesh: Mesh, spaces: FaceSpaces) -> Steps:
    """Build what several entrypoints share. Raises ValueError without the key for names."""
    s, tombstones = stores, mesh.tombstones
    names = mesh.settings.name_hashes()
    clusters = keep_clusters(s.clusters, s.tracks)
    people = ErasePeople(
        s.observations, s.tracks, s.postings, s.changes, tombstones, names, s.packing, clusters
    )
    name_faces = NameFaces(s.identities, s.tracks, s.postings, people)
    by_rights = AnalyseByRights(
        s.rights, s.observations, s.tracks, s.postings, s.references, s.packing, clusters
    )
    return Steps(
        tombstones=tombstones,
        by_rights=by_rights,
        people=people,
        name_faces=name_faces,
        forget=ForgetAsset(
            s.observations,
            s.tracks,
            s.postings,
            s.parts,
            s.references,
            s.packing,
            clusters,
            s.assets,
            s.campaigns,
        ),
        names=NamesInForce(spaces, s.identities, s.postings, name_faces, people),
        clusters=clusters,
        observe=ObserveChunk(
            LookAtFrames(),
            ReuseLooks(s.observations),
            s.bundles,
            s.objects,
            s.observations,
            KeepFaces(s.observations, s.tracks, s.postings, name_faces, spaces),
            people,
        ),
        hear=HearSound(s.sounds, s.objects, s.observations, people),
        conclude=ConcludeAnalysis(
            s.parts,
            s.objects,
            s.references,
            s.observations,
            by_rights,
            s.assets,
            AddLaterLooks(s.observations),
        ),
    )
