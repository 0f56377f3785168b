"""What several services need to know about media: timeline, timecode, probing, the sandboxed child process."""
