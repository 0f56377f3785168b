"""Planning without decoding: one demux pass gives the exact frame index and the chunks."""

from framewell_media.planning.chunks import ChunkPlan, ChunkRows, SourcePlan
from framewell_media.planning.packets import PacketTable, read_packets
from framewell_media.planning.source import PlanSink, Stream, plan_source

__all__ = [
    "ChunkPlan",
    "ChunkRows",
    "PacketTable",
    "PlanSink",
    "SourcePlan",
    "Stream",
    "plan_source",
    "read_packets",
]
