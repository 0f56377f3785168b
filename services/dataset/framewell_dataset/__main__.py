"""`python -m framewell_dataset`: decides rights; turns what was seen into samples, snapshots and money."""

from framewell_dataset.settings import DatasetSettings
from framewell_dataset.wiring import wire
from framewell_kit.process import run_service
from framewell_kit.settings import read_settings

if __name__ == "__main__":
    run_service("dataset", read_settings(DatasetSettings), wire)
