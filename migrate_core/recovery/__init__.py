"""Recovery: what was dropped is listed, looked into, exported, brought back or destroyed."""

from __future__ import annotations

from migrate_core.recovery.artifacts import Inspection, artifacts, find, inspect
from migrate_core.recovery.expiry import SOON, Expiry, Life, expiry, life
from migrate_core.recovery.export import FORMATS, export
from migrate_core.recovery.preview import RestorePreview, preview
from migrate_core.recovery.reseed import ReseedPreview, plan_reseed, preview_reseed
from migrate_core.recovery.restore import plan_purge, plan_restore, restore_id

__all__ = [
    "FORMATS",
    "SOON",
    "Expiry",
    "Inspection",
    "Life",
    "ReseedPreview",
    "RestorePreview",
    "artifacts",
    "expiry",
    "export",
    "find",
    "inspect",
    "life",
    "plan_purge",
    "plan_reseed",
    "plan_restore",
    "preview",
    "preview_reseed",
    "restore_id",
]
