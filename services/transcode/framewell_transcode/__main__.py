"""`python -m framewell_transcode`: plans chunks, decodes each once, makes the proxy."""

from framewell_kit.process import run_service
from framewell_kit.settings import read_settings
from framewell_transcode.settings import TranscodeSettings
from framewell_transcode.wiring import wire

if __name__ == "__main__":
    run_service("transcode", read_settings(TranscodeSettings), wire)
