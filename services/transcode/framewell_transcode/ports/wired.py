"""Every port of handlers, commands and queries, wired."""

from __future__ import annotations

from dataclasses import dataclass

from framewell_kit.object_references import ObjectReferences
from framewell_kit.objects.protocol import Objects
from framewell_kit.rights_decisions import RightsDecisions
from framewell_transcode.ports.assets import (
    AssetProgressRepository,
    KeptPictures,
    MaterialRepository,
    WorkQueue,
)
from framewell_transcode.ports.processors import (
    CaptionReader,
    FrameTables,
    MediaProcessor,
    OriginalPictures,
    SegmentProcessor,
    SoundProcessor,
)
from framewell_transcode.ports.recordings import RecordingQueue, RecordingRepository


@dataclass(frozen=True, slots=True)
class Ports:
    """All that serves handlers, commands and queries, in one value for the entrypoints to take from."""

    processor: MediaProcessor
    sounds: SoundProcessor
    pictures: OriginalPictures
    tables: FrameTables
    kept_pictures: KeptPictures
    progress: AssetProgressRepository
    materials: MaterialRepository
    rights: RightsDecisions
    references: ObjectReferences
    objects: Objects
    queue: WorkQueue
    segments: SegmentProcessor
    recordings: RecordingRepository
    recording_queue: RecordingQueue
    captions: CaptionReader
