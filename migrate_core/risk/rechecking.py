"""What a change of a column's type makes PostgreSQL look at again elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from migrate_core.pg.names import QualifiedName
from migrate_core.risk.facts import Facts, OtherTable
from migrate_core.risk.here import LOCKS_OTHER_TABLE
from migrate_core.risk.levels import Level
from migrate_core.risk.reasons import Reason
from migrate_core.risk.verdict import most


def pointing_again(facts: Facts, pointing: Collection[QualifiedName]) -> Iterator[Reason]:
    """Of the tables whose foreign keys are validated anew the one that takes longest."""
    found = [one for one in facts.locked if one.table in pointing and not one.is_empty]
    if found:
        heaviest = max(found, key=lambda one: (_level(one).score, _bytes(one) or 0))
        yield LOCKS_OTHER_TABLE.because(
            f"a foreign key is checked again for every row of {heaviest.describe()}, while nobody"
            " reads or writes either table",
            level=_level(heaviest),
        )


def _level(one: OtherTable) -> Level:
    size = _bytes(one)
    return Level.HIGH if size is None else most(size)


def _bytes(one: OtherTable) -> int | None:
    return one.size.bytes if one.size else None
