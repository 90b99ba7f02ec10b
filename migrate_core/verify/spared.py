"""Why nothing goes by words of raw SQL that drop, truncate or delete.

Seen, not read: of each table that was dropped, emptied, written to or lost a column it has to be
known that the target's has no row. Where something may not have been seen the words weigh.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

from migrate_core.pg.locks import LockMode
from migrate_core.pg.losing import losses, statements
from migrate_core.pg.names import QualifiedName
from migrate_core.risk.facts import Facts
from migrate_core.risk.levels import Level
from migrate_core.verify.relations import Relation
from migrate_core.verify.scripts import Script

_UNSEEN = frozenset(["DROP ATTRIBUTE", "DROP DATABASE", "DROP OWNED"])  # whose values, or where
_OF_ROWS = frozenset(["DELETE", "MERGE"])


def spared(
    script: Script, facts_of: Callable[[QualifiedName], Facts], drops: Sequence[str]
) -> tuple[str, Level]:
    """In words, and what is left of the weight; "" where the words weigh as they stand.

    `drops`: what was seen to be dropped of what was there before.
    """
    found = frozenset(losses(script.sql))
    if not found or found & _UNSEEN or script.alone or script.blind:
        return "", Level.DESTRUCTIVE
    tables = [(one, facts_of(one.qualified)) for one in _may_lose(script, found)]
    if not all(facts.is_empty and _is_still(facts) for _one, facts in tables):
        return "", Level.DESTRUCTIVE
    named = sum(words[0] == "drop" for words in statements(script.sql))
    if len(drops) > named and any(word.endswith("CASCADE") for word in found):
        return f"no row goes, but CASCADE took more along: {', '.join(drops)}", Level.HIGH
    names = ", ".join(str(one.qualified) for one, facts in tables if not facts.is_new)
    if not names:
        return "it took what it had made itself, or what this plan makes", Level.SAFE
    said = f"{names} had no row when the target was asked; one that comes until it runs goes too"
    return said, Level.LOW


def _may_lose(script: Script, found: Collection[str]) -> Iterator[Relation]:
    """Tables that were there before it."""
    doings = script.doings
    emptied = {one.oid for one in doings.rewrote}
    columns = script.before.columns.keys() - script.after.columns.keys()
    narrower = {number for number, _column in columns}
    writes = {number for number, mode in doings.taken if mode is LockMode.ROW_EXCLUSIVE}
    deleted = writes if _OF_ROWS & set(found) else frozenset[int]()
    for one in doings.before.values():
        if one.kind not in "rmp" or one.is_ours:
            continue
        gone = one.oid not in doings.after
        if gone or one.oid in emptied | narrower | deleted:
            yield one


def _is_still(facts: Facts) -> bool:
    """Nobody is known to put rows there: it was not empty by chance when it was looked at."""
    return facts.is_new or bool(facts.activity and facts.activity.writes == 0)
