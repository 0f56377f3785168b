"""Plans chunks and decodes each once: proxy, frames, shots, audio."""
