"""The demo's programmes, drawn on the spot from sources whose terms allow it."""
