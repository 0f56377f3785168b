"""Jobs that run in the sandbox: the only code of transcode that touches foreign bytes."""
