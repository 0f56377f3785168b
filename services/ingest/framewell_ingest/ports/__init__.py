"""What ingest needs from outside."""

from framewell_ingest.ports.assets import FETCH, AssetRepository, FetchQueue
from framewell_ingest.ports.originals import Fetcher, MediaReader, OriginalStore, Reading, Source
from framewell_ingest.ports.recordings import CLOSE, SEGMENT, RecordingRepository, SegmentQueue
from framewell_ingest.ports.uploads import (
    Checksum,
    DownloadRepository,
    ResumableUploadRepository,
    Upload,
    UploadRepository,
)

__all__ = [
    "CLOSE",
    "FETCH",
    "SEGMENT",
    "AssetRepository",
    "Checksum",
    "DownloadRepository",
    "FetchQueue",
    "Fetcher",
    "MediaReader",
    "OriginalStore",
    "Reading",
    "RecordingRepository",
    "ResumableUploadRepository",
    "SegmentQueue",
    "Source",
    "Upload",
    "UploadRepository",
]
