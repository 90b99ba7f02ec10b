"""Change a database: generate, plan, verify, up, down; and see what happened."""

from __future__ import annotations
