"""The wiring of the sandboxed child: which driver does its jobs.

The sandbox preloads this module by name; the service itself never imports it, so that its process holds no
decoder.
"""

from __future__ import annotations

from framewell_media.sandbox import media_job
from framewell_media.sparse_reader import on_sparse_files
from framewell_transcode.adapters.pyav.driver import PyAvDriver
from framewell_transcode.entrypoints.sandbox import SandboxJobs
from framewell_transcode.entrypoints.sandbox_pictures import PictureJobs
from framewell_transcode.entrypoints.sandbox_segments import SegmentJobs
from framewell_transcode.entrypoints.sandbox_sound import SoundJobs
from framewell_transcode.entrypoints.sandbox_tables import list_frame_runs

_jobs = SandboxJobs(PyAvDriver())
_pictures = PictureJobs(PyAvDriver())
_sounds = SoundJobs(PyAvDriver())
_segments = SegmentJobs(PyAvDriver())

media_job("make_chunk")(on_sparse_files(_jobs.make_chunk))
media_job("make_still")(on_sparse_files(_jobs.make_still))
media_job("extract_sound")(_sounds.extract_sound)
media_job("make_filler")(_jobs.make_filler)
media_job("take_picture")(on_sparse_files(_pictures.take_picture))
media_job("take_still")(on_sparse_files(_pictures.take_still))
media_job("measure_sound")(_segments.measure_sound)
media_job("segment_sound")(_segments.segment_sound)
media_job("list_frame_runs")(list_frame_runs)
