"""Snapshots: the schema as it was, before and after every migration."""

from __future__ import annotations

from migrate_core.snapshots.store import Snapshot, at, compare, latest, load, of_run, stored, take

__all__ = ["Snapshot", "at", "compare", "latest", "load", "of_run", "stored", "take"]
