"""Decides rights; turns observations into samples, snapshots and money owed."""
