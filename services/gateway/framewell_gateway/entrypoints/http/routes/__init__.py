"""The routes, a table a subject."""

from typing import Final

from framewell_gateway.entrypoints.http.routes import (
    assets,
    clusters,
    erasures,
    models,
    objects,
    reanalyses,
    training_data,
)

ROUTES: Final = (
    *assets.ROUTES, *clusters.ROUTES, *training_data.ROUTES, *models.ROUTES, *objects.ROUTES,
    *erasures.ROUTES, *reanalyses.ROUTES,
)  # fmt: skip
"""Every operation of the REST API."""
