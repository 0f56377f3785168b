"""What the examples of several tables have in common."""

from typing import Final

ASSET: Final = "1c5b2c1e-0000-4000-8000-00000000000a"
SPAN: Final = {"start_pts": 0, "end_pts": 180000, "first_frame": 0, "frames": 50}
CUT: Final = {"start_pts": 0, "end_pts": 0, "first_frame": 0, "frames": 0}
STATEMENT: Final = {
    "issuer": "house",
    "statement_id": "own-4711",
    "revision": 1,
    "holder": "Kanal Eins",
    "purposes": [],
    "use": "allowed",
    "legal_basis": "own_production",
    "territories": [],
    "verbatim": "Own production.",
    "found_at": "",
}
DECISION: Final = {
    "purpose": "own_training",
    "allowed": True,
    "sentence": "house made it and allows it.",
    "grounds": [STATEMENT],
    "legal_basis": "own_production",
    "rights_revision": 1,
}
