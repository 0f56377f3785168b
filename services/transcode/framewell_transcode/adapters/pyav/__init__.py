"""PyAV behind the port MediaDriver: the only code of transcode that decodes and encodes."""
