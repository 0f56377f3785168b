"""`python -m framewell_ingest`: takes media in."""

from framewell_ingest.settings import IngestSettings
from framewell_ingest.wiring import wire
from framewell_kit.process import run_service
from framewell_kit.settings import read_settings

if __name__ == "__main__":
    run_service("ingest", read_settings(IngestSettings), wire)
