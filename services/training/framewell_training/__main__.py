"""`python -m framewell_training`: turns snapshots into models, judges and promotes them."""

from framewell_kit.process import run_service
from framewell_kit.settings import read_settings
from framewell_training.settings import TrainingSettings
from framewell_training.wiring import wire

if __name__ == "__main__":
    run_service("training", read_settings(TrainingSettings), wire)
