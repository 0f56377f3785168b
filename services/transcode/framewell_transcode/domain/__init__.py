"""Plain values and rules of transcode; no I/O."""
