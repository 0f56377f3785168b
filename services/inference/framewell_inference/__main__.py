"""`python -m framewell_inference`: read the settings and run."""

from framewell_inference.settings import InferenceSettings
from framewell_inference.wiring import wire
from framewell_kit.process import run_service
from framewell_kit.settings import read_settings

if __name__ == "__main__":
    run_service("inference", read_settings(InferenceSettings), wire)
