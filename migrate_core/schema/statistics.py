"""What is known of values without reading them."""

from __future__ import annotations

from migrate_core.schema.objects import Value


class ColumnStatistics(Value, frozen=True, kw_only=True):
    """What a sample of a column's values was like; `distinct` is pg_stats.n_distinct."""

    nulls: float  # the part of the rows in which it is NULL, 0 to 1
    distinct: float  # how many values; below 0: that part of the rows, -1 where none comes twice

    @property
    def repeats(self) -> bool:
        """Whether values come more than once; the rest is the estimate's own error."""
        return self.distinct > 0 or -self.distinct < 0.99 * (1 - self.nulls)
