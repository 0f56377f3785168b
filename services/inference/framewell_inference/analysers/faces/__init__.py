"""Faces: found, aligned, described by a vector, judged for quality and linked to tracks."""
