"""The `transcript` analyser: what is said, word by word (Whisper)."""
