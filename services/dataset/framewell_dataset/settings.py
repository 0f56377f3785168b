"""The settings of dataset: environment variables `FRAMEWELL_DATASET_<NAME>`."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from framewell_kit.settings import ServiceSettings


class DatasetSettings(ServiceSettings):
    """Settings of dataset: mostly the house's policy on rights."""

    model_config = SettingsConfigDict(env_prefix="FRAMEWELL_DATASET_", frozen=True, extra="ignore")

    house_rules: Path | None = Field(
        None, description='JSON file with the house\'s own rules: [{"series": …, "statement": {…}}].'
    )
    house_territory: str = Field("DE", description="ISO 3166 code of the country the house works in.")
    analysis_without_statement: bool = Field(
        True, description="Whether machine analysis is allowed where nobody stated anything about it."
    )
    permitting_authorities: frozenset[str] = Field(
        frozenset({"rights", "admin", "system", "local"}),
        description="Authorities whose rights.changed may permit a use; anyone may restrict.",
    )
    quota: int = Field(20, ge=1, description="Most samples of one class from one programme.")
    debounce_seconds: float = Field(
        1.0, ge=0, description="How long a snapshot waits for further decisions after the first."
    )
    recheck_seconds: float = Field(
        30.0, gt=0, description="How often terms of rights that begin or end are looked for."
    )
    audit_key: Path | None = Field(
        None,
        description="PEM file of the Ed25519 key that signs the ends of the audit log, then the public keys "
        "of earlier ones; without it nothing is signed. `framewell up` makes one.",
    )
    audit_seal_every: int = Field(
        1000, ge=1, description="New entries of a chain after which it is sealed before the day is over."
    )
    default_dataset: str = Field("people", description="Dataset made at the first start; empty: none.")
