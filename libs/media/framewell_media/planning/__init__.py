"""Planning without decoding: one demux pass gives the packet table, the exact frame index and the chunks."""

from framewell_media.planning.chunks import ChunkPlan, SourcePlan, plan_source
from framewell_media.planning.packets import PacketTable, read_packets

__all__ = ["ChunkPlan", "PacketTable", "SourcePlan", "plan_source", "read_packets"]
