"""Watch folders: files that are put into a folder are taken in, each once, with what stands beside it."""
