"""The craft of transcode that needs no decoder: sampling, shots, segments and playlists."""
