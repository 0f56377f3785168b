"""Pages for people: what the mesh knows, on one self-contained HTML page with pictures."""

from framewell_cli.report.asset import PictureSource, asset_page, write_asset_page

__all__ = ["PictureSource", "asset_page", "write_asset_page"]
