"""Bring back what a migration parked, or let it go for good."""

from __future__ import annotations
