"""The routes, a table a subject."""

from typing import Final

from framewell_gateway.entrypoints.http.routes import assets, models, objects, training_data

ROUTES: Final = (*assets.ROUTES, *training_data.ROUTES, *models.ROUTES, *objects.ROUTES)
"""Every operation of the REST API."""
