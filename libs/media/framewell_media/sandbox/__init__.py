"""Every byte from outside is parsed in a child process that can neither open, connect, execute nor fork.

A zygote (one per service process, PyAV warm) forks a child per job. The parent opens the input and
the output files; the child receives the descriptors, locks itself down, reports the layers in force,
and only then looks at the first byte. Its answer is bounded JSON, never a pickle.

Considered instead: bubblewrap (cannot make namespaces inside an ordinary container), libseccomp
bindings (a compiled dependency for what 60 instructions do), `multiprocessing`'s forkserver (it imports
the parent's main module into every child and speaks pickle).
"""

from framewell_media.sandbox.layers import REQUIRED_LAYERS, Limits, SandboxReport
from framewell_media.sandbox.part import SandboxPart
from framewell_media.sandbox.registry import JobFiles, media_job
from framewell_media.sandbox.runner import Sandbox

__all__ = ["REQUIRED_LAYERS", "JobFiles", "Limits", "Sandbox", "SandboxPart", "SandboxReport", "media_job"]
