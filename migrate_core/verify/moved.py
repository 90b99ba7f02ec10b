"""Rows that raw SQL takes from one table and puts into another, in one statement."""

from __future__ import annotations

from collections.abc import Sequence

from migrate_core.pg.losing import losses, statements
from migrate_core.verify.bulk import written
from migrate_core.verify.scripts import Script

_MOVES = ("returning", "*", ")", "insert", "into")


def moved(script: Script) -> str:
    """In words; "" where rows may have gone for good.

    By its text whatever it deletes is given on to an INSERT as it is, and on the shadow as many
    rows came as went, into tables that stay.
    """
    if script.alone or losses(script.sql) != ("DELETE",):
        return ""
    takes = [words for words in statements(script.sql) if "delete" in words]
    there = {**script.doings.before, **script.doings.after}.values()
    counts = [(one, *written(script, one)) for one in there if one.kind in "rm" and not one.is_ours]
    gone = [(one, deleted) for one, _inserted, _updated, deleted in counts if deleted > 0]
    stays = [one for one in counts if not one[0].schema.startswith("pg_temp")]
    come = [(one, inserted) for one, inserted, _updated, _deleted in stays if inserted > 0]
    count = sum(many for _one, many in gone)
    if not count or count != sum(many for _one, many in come) or not all(map(_moves, takes)):
        return ""
    sources, targets = (", ".join(sorted(str(o.qualified) for o, _ in s)) for s in (gone, come))
    return f"rows moved: {count:,}, from {sources} to {targets}"


def _moves(words: Sequence[str]) -> bool:
    """WITH m AS (DELETE ... RETURNING *) INSERT INTO ... SELECT * FROM m"""
    text = " ".join(words)
    at = text.find(" ".join(_MOVES))
    whole = words[:3:2] == ["with", "as"] and words[3:6] == ["(", "delete", "from"]
    return whole and at > 0 and text.endswith(f" select * from {words[1]}")
