"""Six levels, each with its score."""

from __future__ import annotations

from enum import StrEnum


class Level(StrEnum):
    SAFE = "safe"  # metadata only, instantly reversible
    LOW = "low"  # brief lock or online build; reversible
    MEDIUM = "medium"  # behaviour may change, or a scan that lets writes through
    HIGH = "high"  # can fail on existing data, or scans or rewrites while blocking
    DESTRUCTIVE = "destructive"  # data is lost unless an artifact is kept
    BLOCKED = "blocked"  # would fail or hurt here and now: the measured facts say so

    @property
    def score(self) -> int:
        return _SCORES[self]

    @property
    def one_less(self) -> Level:
        """One level less; safe stays safe."""
        levels = list(Level)
        return levels[max(0, levels.index(self) - 1)]


_SCORES = {
    Level.SAFE: 5,
    Level.LOW: 15,
    Level.MEDIUM: 35,
    Level.HIGH: 60,
    Level.DESTRUCTIVE: 80,
    Level.BLOCKED: 95,
}
