"""The routes, a table a subject."""

from typing import Final

from framewell_gateway.entrypoints.http.routes import (
    access,
    assets,
    audit,
    classes,
    clusters,
    erasures,
    events,
    mesh,
    models,
    objects,
    programme,
    reanalyses,
    rights,
    samples,
    training,
    training_data,
    webhooks,
)

ROUTES: Final = (
    *access.ROUTES, *assets.ROUTES, *programme.ROUTES, *clusters.ROUTES, *samples.ROUTES, *classes.ROUTES,
    *rights.ROUTES, *audit.ROUTES, *training_data.ROUTES, *models.ROUTES, *training.ROUTES, *objects.ROUTES,
    *erasures.ROUTES, *events.ROUTES, *mesh.ROUTES, *reanalyses.ROUTES, *webhooks.ROUTES,
)  # fmt: skip
"""Every operation of the REST API."""
