"""Turns snapshots into models, judges and promotes them."""
