"""What the text of a routine says: what it names, with whose rights, what it gives and refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise, takewhile

from migrate_core.pg.lexer import Token, tokens
from migrate_core.risk.reasons import (
    DEFINER_WITHOUT_SEARCH_PATH,
    UNTRACKED_DEPENDENCIES,
    Reason,
)
from migrate_core.schema.bodies import code, without_space
from migrate_core.schema.definitions import Routine
from migrate_core.schema.volatility import BUILT_IN, is_lasting

# As pg_get_functiondef() prints them, on lines of their own before the body.
_DEFINER = re.compile(r"^ .*\bSECURITY DEFINER\b", re.MULTILINE)
_SEARCH_PATH = re.compile(r"^ SET search_path TO ", re.MULTILINE)
_BODY = re.compile(r"^(?:AS |BEGIN ATOMIC$|RETURN )", re.MULTILINE)
_STRICT = re.compile(r"^ .*\bSTRICT\b", re.MULTILINE)
_CLAIM = re.compile(r"^ .*\b(IMMUTABLE|STABLE)\b", re.MULTILINE)
_COMPILED = frozenset({"c", "internal"})


def of_body(routine: Routine) -> Iterator[Reason]:
    if routine.kind == "aggregate":
        return
    if acts_as_owner(routine) and not _SEARCH_PATH.search(_head(routine)):
        yield DEFINER_WITHOUT_SEARCH_PATH.because(f"{routine.kind} {routine.name}")
    if not routine.parsed and routine.language not in _COMPILED:
        yield UNTRACKED_DEPENDENCIES.because(f"its body is text in {routine.language}")


def acts_as_owner(routine: Routine) -> bool:
    return bool(_DEFINER.search(_head(routine)))


def lasts(routine: Routine) -> bool:
    """Whether it says of itself that it gives the same as long as its statement runs."""
    return routine.kind == "function" and claim(routine) != "VOLATILE"


def claim(routine: Routine) -> str:
    """What it is declared to be: IMMUTABLE, STABLE or VOLATILE."""
    found = _CLAIM.search(_head(routine))
    return found[1] if found else "VOLATILE"


def _head(routine: Routine) -> str:
    return _BODY.split(routine.definition, maxsplit=1)[0]


# Whose text means the same whatever lies between its words.
FREE_FORM = frozenset({"sql", "plpgsql"})


def gives_the_same(old: Routine, new: Routine) -> bool:
    """Whether nothing of it changed that decides what it gives: costs, rights and the like may."""
    return old.language == new.language and _gives(old) == _gives(new)


def _gives(routine: Routine) -> tuple[object, ...]:
    head = _head(routine)
    body: object = routine.definition[len(head) :]
    if routine.language in FREE_FORM:
        body = [token.name or token.text for token in words(routine)]
    # The first line has the defaults.
    return head.partition("\n")[0], bool(_STRICT.search(head)), body


def words(routine: Routine) -> list[Token]:
    """Of its body, as a string or parsed by PostgreSQL: all but comments and space."""
    if not routine.parsed:
        return code(routine)
    return list(without_space(tokens(routine.definition[len(_head(routine)) :])))


# Triggers ---------------------------------------------------------------------------------------

# A function that asks which table it is for, or catches what fails, knows what it does.
_ASKS = frozenset(
    ["tg_table_name", "tg_table_schema", "tg_relname", "tg_relid", "tg_name", "tg_argv", "tg_nargs"]
)
_GUARDS = frozenset([*_ASKS, "execute", "undefined_column", "others"])
_NO_COLUMN = frozenset(["*", "tableoid", "ctid", "xmin", "xmax", "cmin", "cmax"])
_WRITES = frozenset(["insert", "update", "delete", "merge", "copy", "execute", "call"])
# Of them what keeps a record of a row that goes, and takes nothing from the going.
_RECORDS = frozenset(["insert"])
# Of PostgreSQL's own functions those that are called for what they do, and write no row.
_NOT_KEPT = frozenset(
    (BUILT_IN, name)
    for name in ("pg_notify", "set_config", "pg_sleep", "pg_advisory_lock", "pg_advisory_xact_lock")
)
_TELLS = frozenset(["debug", "log", "info", "notice", "warning"])


def fields(routine: Routine) -> tuple[str, ...]:
    """What it takes for columns of the row, as `NEW.total`, in their order; none where it is not
    sure to come to them."""
    found = code(routine) if routine.language == "plpgsql" else []
    if _GUARDS & {token.name for token in found}:
        return ()
    texts = [token.name or token.text for token in found]
    named = [
        f"{row.upper()}.{field}"
        for before, row, dot, field in zip(["", *texts], texts, texts[1:], texts[2:], strict=False)
        if row in ("new", "old") and dot == "." and before != "." and field not in _NO_COLUMN
    ]
    return tuple(dict.fromkeys(named))


def gives_up_rows(routine: Routine) -> bool:
    """Whether it gives NULL however it ends, and has written the row nowhere else."""
    found = code(routine) if routine.language == "plpgsql" else []
    return _gives_alone(found, "null") and not _may_write(found)


def keeps_from_going(routine: Routine) -> bool:
    """Whether it gives NEW however it ends, which is NULL where a row is deleted.

    One that asks for the operation may not come so far; one that fills NEW gives no NULL; one
    that updates a row instead of deleting it means to keep it.
    """
    found = code(routine) if routine.language == "plpgsql" else []
    texts = [token.name or token.text for token in found]
    if "tg_op" in texts or "into" in _before_new(texts) or _is_assigned(texts, "new"):
        return False
    return _gives_alone(found, "new") and not _may_write(found, _WRITES - _RECORDS)


def _gives_alone(found: Sequence[Token], what: str) -> bool:
    names = [token.name for token in found]
    gives = [names[at + 1] for at, name in enumerate(names[:-1]) if name == "return"]
    return bool(gives) and set(gives) == {what}


def _before_new(texts: Sequence[str]) -> set[str]:
    return {before for before, text in pairwise(texts) if text == "new"}


def _is_assigned(texts: Sequence[str], name: str) -> bool:
    """Itself or a field of it. By "=" too, which may as well compare."""
    for at, text in enumerate(texts):
        after = texts[at + 3 :] if texts[at + 1 : at + 2] == ["."] else texts[at + 1 :]
        if text == name and after[:1] in ([":"], ["="]):
            return True
    return False


def never_returns(routine: Routine) -> bool:
    """Whether it says nowhere what it gives: PostgreSQL takes its end for an error."""
    names = {token.name for token in code(routine)} if routine.language == "plpgsql" else set()
    return "begin" in names and "return" not in names


def _may_write(found: Sequence[Token], by: frozenset[str] = _WRITES) -> bool:
    names = [token.name for token in found]
    calling = (at for at, name in enumerate(names) if name == "perform")
    texts = [token.text for token in found]
    whole = (" ".join(takewhile(lambda text: text != ";", texts[at + 1 :])) for at in calling)
    return bool(by & set(names)) or not all(is_lasting(one, _NOT_KEPT) for one in whole)


def only_raises(routine: Routine) -> bool:
    """Whether the first that it does is to raise an error, and nothing catches it."""
    found = code(routine) if routine.language == "plpgsql" else []
    names = [token.name for token in found]
    if "begin" not in names:
        return False
    first, *rest = names[names.index("begin") + 1 :][:2] or [None]
    raises = first == "raise" and bool(rest) and rest[0] not in _TELLS
    return raises and ("exception", "when") not in pairwise(names)
