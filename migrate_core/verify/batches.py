"""Raw SQL that fills a column in batches and commits each, as its text says.

What rows were on the shadow does not matter then: none that has a value is written over, and no
lock is kept for longer than a batch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrate_core.pg.lexer import UnterminatedError
from migrate_core.pg.losing import body, statements
from migrate_core.verify.scripts import Script

_OTHER_WORK = frozenset(["insert", "delete", "merge", "truncate", "execute", "copy", "call"])
_BOUNDS = frozenset(["limit", "<", "between"])


def fills_in_batches(script: Script) -> bool:
    """Whether it is one block that loops over an UPDATE of some rows and a COMMIT, and each UPDATE
    asks that the column is NULL which it gives a value to."""
    found = list(statements(script.sql))
    if not script.alone or len(found) != 1 or found[0][0] != "do":
        return False
    try:
        inside = [words for text in found[0][1:] for words in statements(body(text))]
    except UnterminatedError:
        return False  # of another language
    said = {word for words in inside for word in words}
    updates = list(_updates(inside))
    loops = {"loop", "commit"} <= said and not said & _OTHER_WORK
    return loops and bool(updates) and all(map(_fills, updates))


def _updates(inside: Sequence[Sequence[str]]) -> Iterator[Sequence[str]]:
    for words in inside:
        if "update" in words:
            yield words[words.index("update") :]


def _fills(words: Sequence[str]) -> bool:
    """UPDATE t SET c = ... WHERE ... c IS NULL, of so many rows"""
    if not {"set", "where"} <= set(words) or "or" in words or "from" in _before(words, "where"):
        return False
    table, assigned = _before(words, "set")[1:], _after(_before(words, "where"), "set")
    condition = _after(words, "where")
    asked = [*assigned[:1], "is", "null"]
    places = [at for at in range(len(condition)) if [*condition[at : at + 3]] == asked]
    return (
        len(assigned) > 1
        and assigned[1] == "="
        and not _assigns_more(assigned)
        and any(_is_asked(condition, at, table) for at in places)
        and _is_bounded(condition)
    )


def _is_asked(condition: Sequence[str], at: int, table: Sequence[str]) -> bool:
    """Of the rows that are written: here, or where they are chosen from the same table."""
    ahead = condition[:at]
    if at and ahead[-1] not in ("where", "and"):
        return False
    if "select" not in ahead:
        return True
    chosen = _before(_after(ahead, "from"), "where") if "from" in ahead else []
    return [*chosen] == [*table] and ahead.count("select") == 1


def _is_bounded(condition: Sequence[str]) -> bool:
    pairs = zip(condition, [*condition[1:], ""], strict=True)
    return any(word in _BOUNDS and then != ">" for word, then in pairs)


def _assigns_more(assigned: Sequence[str]) -> bool:
    depth = 0
    for word in assigned:
        depth += {"(": 1, ")": -1}.get(word, 0)
        if word == "," and not depth:
            return True
    return False


def _before(words: Sequence[str], word: str) -> Sequence[str]:
    return words[: words.index(word)] if word in words else words


def _after(words: Sequence[str], word: str) -> Sequence[str]:
    return words[words.index(word) + 1 :] if word in words else ()
