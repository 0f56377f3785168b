"""Live input and growing files, cut into segments by FFmpeg and announced as recordings under way."""
