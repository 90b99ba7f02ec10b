"""Tables that raw SQL locked for writing and did not write: it may find rows in the target."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from migrate_core.pg.locks import LockMode
from migrate_core.pg.losing import statements
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.levels import Level
from migrate_core.risk.reasons import Reason
from migrate_core.schema.definitions import Routine
from migrate_core.verify.bulk import copied, written
from migrate_core.verify.relations import Relation, belonging
from migrate_core.verify.routines import runs_nothing
from migrate_core.verify.scripts import Script

_CHANGES = frozenset(["update", "delete", "merge", "truncate"])  # ON CONFLICT DO UPDATE too
_RUNS_TEXT = frozenset(["call", "do", "execute"])


def is_idle(script: Script, one: Relation) -> bool:
    """What only plans, as EXPLAIN does, locks as what it plans would. A materialized view is
    written by its query alone."""
    doings = script.doings
    writes = (one.oid, LockMode.ROW_EXCLUSIVE) in doings.taken and one.kind != "m"
    if not writes or runs_nothing(script.sql):
        return False
    return not any(
        any(written(script, other))
        for other in doings.before.values()
        if any(side.oid == one.oid for side in belonging(other.oid, doings.before))
    )


def idle(
    script: Script,
    about: str,
    routines: Sequence[Routine],
    facts_of: Callable[[QualifiedName], Facts],
) -> Reason:
    said = f"{about} is locked for writing; none of its rows on the shadow was written"
    if routines or not _only_adds(script.sql):
        return why.WRITES_ROWS.because(said, level=Level.HIGH)
    level = max(Level.MEDIUM, copied(script, facts_of), key=lambda one: one.score)
    return why.WRITES_ROWS.because(f"{said}; the SQL can only add rows", level=level)


def _only_adds(sql: str) -> bool:
    """By its words: INSERT, whose rows were there already."""
    return not any(words[0] in _RUNS_TEXT or _CHANGES & set(words) for words in statements(sql))
