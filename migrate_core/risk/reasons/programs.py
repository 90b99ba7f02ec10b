"""What is run: queries of views, routines, triggers, rules, and raw SQL."""

from __future__ import annotations

from migrate_core.risk.codes import code as _code
from migrate_core.risk.levels import Level

CHANGES_VIEW = _code(
    "changes_view",
    Level.MEDIUM,
    "Whoever reads the view meets other rows, columns or rules from now on.",
    "Check its readers against the new query on the shadow.",
)
FILLS_MATERIALIZED_VIEW = _code(
    "fills_materialized_view",
    Level.MEDIUM,
    "Its query runs in full, while reads and writes of its tables go on.",
    "Try the query on data of this size first.",
)
AWAY_WHILE_FILLED = _code(
    "away_while_filled",
    Level.HIGH,
    "Whoever reads the view gets an error until its query has run over all that it reads.",
    "Make the new one under another name, move its readers, then drop the old one.",
    by_use=True,
)
DROPS_MATERIALIZED_VIEW = _code(
    "drops_materialized_view",
    Level.MEDIUM,
    "What it holds is gone; created again, it costs a full run of its query.",
    "Drop it one release after its last reader.",
)
CHANGES_ROUTINE = _code(
    "changes_routine",
    Level.MEDIUM,
    "Whatever calls it gets the new behaviour from the next statement on.",
    "Keep the old behaviour under the old arguments while callers move.",
)
CHANGES_SIGNATURE = _code(
    "changes_signature",
    Level.HIGH,
    "Calls with the former arguments fail from the moment it commits.",
    "Create the new one beside it, move what calls it, and drop the old one a release later.",
)
MAKES_CALLS_AMBIGUOUS = _code(
    "makes_calls_ambiguous",
    Level.HIGH,
    "Calls that leave an argument to its default fit two functions, and fail: it is not unique.",
    "Give the new one another name, or no default where the other has one; or drop the other.",
)
LEAVES_STALE_RESULTS = _code(
    "leaves_stale_results",
    Level.HIGH,
    "What is stored keeps the old results: searches by an index miss rows without an error.",
    "Make a new function and a new index on it; else REINDEX CONCURRENTLY at once.",
)
WRONG_VOLATILITY = _code(
    "wrong_volatility",
    Level.HIGH,
    "PostgreSQL takes it at its word: it computes it too seldom, and keeps what it once gave.",
    "Declare it as what it calls: VOLATILE if it writes or draws, STABLE if it reads.",
)
UNTRACKED_DEPENDENCIES = _code(
    "untracked_dependencies",
    Level.LOW,
    "PostgreSQL does not know what a body that is text names: nothing warns when that goes.",
    "Rehearse a call, or write an SQL function as BEGIN ATOMIC, which is tracked.",
)
CHANGES_TRIGGER = _code(
    "changes_trigger",
    Level.MEDIUM,
    "Statements set off something else from now on, in the transaction of their user.",
    "Rehearse a write on the shadow.",
)
DROPS_TRIGGER = _code(
    "drops_trigger",
    Level.MEDIUM,
    "What it did is no longer done; until a changed one is there again, for a moment too.",
    "Make sure that nothing relies on it.",
)
CHANGES_RULE = _code(
    "changes_rule",
    Level.MEDIUM,
    "Statements on the relation are rewritten otherwise from now on.",
    "Rehearse the statements on the shadow.",
)
DROPS_RULE = _code(
    "drops_rule",
    Level.MEDIUM,
    "Statements on the relation do what they say from now on.",
    "Make sure that nothing relies on it.",
)
RAW_SQL = _code(
    "raw_sql",
    Level.HIGH,
    "What it does is not known from its text; it is rehearsed on the shadow.",
    "Use an operation kind where there is one.",
)
RAW_SQL_LOSES_DATA = _code(
    "raw_sql_loses_data",
    Level.DESTRUCTIVE,
    "Rows or values go for good: nothing is kept of them.",
    "Drop softly by an operation of its own, or copy the rows first.",
)
TRIGGER_FAILS = _code(
    "trigger_fails",
    Level.HIGH,
    "Every write that the trigger fires for ends with an error.",
    "Rehearse a write of each kind; where nobody shall write, revoke the right instead.",
    by_use=True,
)
SWALLOWS_WRITES = _code(
    "swallows_writes",
    Level.HIGH,
    "Statements that write succeed and write nothing: applications are told that all is well.",
    "Revoke the right, or refuse the write by a trigger that raises an error.",
    by_use=True,
)
REFUSED_BY_TRIGGER = _code(
    "refused_by_trigger",
    Level.HIGH,
    "The step writes rows in batches, and a trigger of their table lets none through.",
    "Disable the trigger in a step before it, and enable it in one after.",
    by_rows=True,
)
