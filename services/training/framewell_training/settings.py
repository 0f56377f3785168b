"""Settings of training, environment variables `FRAMEWELL_TRAINING_<NAME>`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from framewell_kit.settings import ServiceSettings
from framewell_training.recipes.identity.gallery import FALSE_NAMES
from framewell_training.recipes.identity.parameters import MOST_HIT, MOST_REVIEW


class TrainingSettings(ServiceSettings):
    """Settings of training. The promotion limits are the house's policy, not the recipe's."""

    model_config = SettingsConfigDict(env_prefix="FRAMEWELL_TRAINING_", frozen=True, extra="ignore")

    device: Literal["auto", "cpu", "cuda"] = Field(
        "auto", description="Where challengers are trained; auto: CUDA where torch sees a device."
    )
    threads: int = Field(
        1, ge=1, le=256, description="CPU threads of torch; results differ with their number."
    )
    hit_distance: float = Field(
        0.52,
        ge=1e-3,
        le=MOST_HIT,
        description="A face nearer to a class is named; 0.4 % of unknown faces come that near.",
    )
    review_distance: float = Field(
        0.60,
        ge=1e-3,
        le=MOST_REVIEW,
        description="A face nearer to a class is a question; 4 % of unknown faces come that near.",
    )
    calibrate_from: int = Field(
        100,
        ge=1,
        le=1_000_000,
        description="Unknown faces from which on the two distances are tightened by measurement.",
    )
    false_names: float = Field(
        FALSE_NAMES,
        gt=0,
        le=0.1,
        description="Share of strangers who may be given a name, whatever the number of people known.",
    )
    promotion_margin: float = Field(
        0.02, ge=0, le=1, description="By how much a model without new classes must be better."
    )
    promotion_recall_loss: float = Field(
        0.02, ge=0, le=1, description="How much recall a class or a programme may lose."
    )
    promotion_false_names: float = Field(
        0.01, ge=0, le=1, description="Share of unknown people who may be given a name."
    )
    promotion_false_name_rise: float = Field(
        0.005, ge=0, le=1, description="By how much that share may exceed the one of the model in service."
    )
    promotion_evidence: int = Field(
        20,
        ge=1,
        le=1_000_000,
        description="Held-out photos, and unknown people, below which a rate is not measured.",
    )
