"""Constraints and indexes: what is asked of rows, and how they are found."""

from __future__ import annotations

from migrate_core.risk.codes import code as _code
from migrate_core.risk.levels import Level

ADDS_INDEX = _code(
    "adds_index",
    Level.LOW,
    "The index is built concurrently: reads and writes go on, two scans are made.",
    "Nothing to do; it waits for transactions older than itself.",
)
ADDS_UNIQUE_CONSTRAINT = _code(
    "adds_unique_constraint",
    Level.MEDIUM,
    "Writes that repeat a value fail from now on.",
    "The index is built concurrently and attached afterwards.",
    by_rows=True,
)
ADDS_PRIMARY_KEY = _code(
    "adds_primary_key",
    Level.MEDIUM,
    "Writes that repeat the key or leave it NULL fail from now on.",
    "The index is built concurrently and attached afterwards.",
    by_rows=True,
)
ADDS_FOREIGN_KEY = _code(
    "adds_foreign_key",
    Level.MEDIUM,
    "Writes that point at nothing fail from now on; both tables are locked briefly.",
    "It is added NOT VALID and validated while reads and writes go on.",
    by_rows=True,
)
ADDS_CHECK = _code(
    "adds_check",
    Level.MEDIUM,
    "Writes that leave a row breaking the rule fail from now on, updates of old rows included.",
    "It is added NOT VALID and validated while reads and writes go on.",
    by_rows=True,
)
VALIDATES_ONLINE = _code(
    "validates_online",
    Level.LOW,
    "Every row is read once while reads and writes go on.",
    "Nothing to do.",
    by_rows=True,
)
DROPS_INDEX = _code(
    "drops_index",
    Level.MEDIUM,
    "Queries that used the index get slower.",
    "Look at its use in pg_stat_user_indexes first, on every server that answers queries.",
    by_rows=True,
)
DROPS_INDEX_ALONG = _code(
    "drops_index_along",
    Level.MEDIUM,
    "Indexes that hold the column go with it, and queries that used them get slower.",
    "Look at their use in pg_stat_user_indexes first.",
    by_rows=True,
)
DROPS_UNIQUE_CONSTRAINT = _code(
    "drops_unique_constraint",
    Level.MEDIUM,
    "Repeated values are accepted from now on, and lookups by it lose their index.",
    "Make sure that nothing relies on the rule, ON CONFLICT included.",
    by_rows=True,
)
DROPS_PRIMARY_KEY = _code(
    "drops_primary_key",
    Level.HIGH,
    "Rows can no longer be told apart; UPDATE and DELETE fail where the table is published.",
    "Let replaceKey build the new key beside the old one, so that there always is one.",
    by_rows=True,
)
DROPS_FOREIGN_KEY = _code(
    "drops_foreign_key",
    Level.MEDIUM,
    "Rows that point at nothing are accepted from now on; both tables are locked briefly.",
    "Make sure that nothing relies on the rule.",
    by_rows=True,
)
DROPS_CHECK = _code(
    "drops_check",
    Level.MEDIUM,
    "Rows that break the rule are accepted from now on.",
    "Make sure that nothing relies on the rule.",
    by_rows=True,
)
OLD_ROWS_BREAK_RULE = _code(
    "old_rows_break_rule",
    Level.HIGH,
    "Rows of today break a rule that is not validated: from now on each UPDATE of them fails.",
    "Mend those rows first, or in the same migration, and validate the rule.",
    by_rows=True,
)
FOREIGN_KEY_WITHOUT_INDEX = _code(
    "foreign_key_without_index",
    Level.HIGH,
    "No index finds the rows that point: each DELETE on the other side reads the whole table.",
    "Build an index on the key's columns first, concurrently.",
    by_rows=True,
    costs=True,
)
BEGINS_TO_CASCADE = _code(
    "begins_to_cascade",
    Level.HIGH,
    "Deletes on the other side that were refused until now take rows here along, or change them.",
    "Leave the key as it is, and delete what points first where that is meant.",
    by_rows=True,
)
