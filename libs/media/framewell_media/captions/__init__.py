"""Timed text: subtitle tracks, captions inside pictures, and files beside the media, all as cues and WebVTT.

What foreign bytes are read by runs in the sandbox only. Text and times are kept; place and colour are not.
Subtitles that are pictures (DVB, PGS, DVD) and teletext are not read.
"""
