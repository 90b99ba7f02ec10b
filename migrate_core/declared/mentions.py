"""What statements speak of that has to exist before any of them runs: roles and extensions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from msgspec import Struct

from migrate_core.declared.statements import Statement
from migrate_core.pg.lexer import Lex

_NOT_ROLES = {"public", "current_user", "current_role", "session_user", "none", "default"}
# Statements that name roles, and the words they name them after.
_ROLE_WORDS: tuple[tuple[tuple[str, ...], frozenset[str]], ...] = (
    (("grant",), frozenset({"to"})),
    (("revoke",), frozenset({"from"})),
    (("create", "policy"), frozenset({"to"})),
    (("alter", "policy"), frozenset({"to"})),
    (("alter", "default", "privileges"), frozenset({"to", "from", "role", "user"})),
    (("create", "schema"), frozenset({"authorization"})),
    (("reassign", "owned"), frozenset({"by", "to"})),
    (("set", "role"), frozenset({"role"})),
    (("set", "local", "role"), frozenset({"role"})),
)


class WantedExtension(Struct, frozen=True):
    name: str
    schema: str | None = None


def extensions(statements: Iterable[Statement]) -> tuple[WantedExtension, ...]:
    """Those that CREATE EXTENSION names, in order, each once."""
    found = {s.name: s for s in map(extension_made, statements) if s is not None}
    return tuple(found.values())


def extension_made(statement: Statement) -> WantedExtension | None:
    """The extension that a CREATE EXTENSION makes."""
    if not statement.begins("create", "extension"):
        return None
    names = [name or "" for name in statement.names[2:]]
    if [n.lower() for n in names[:3]] == ["if", "not", "exists"]:
        names = names[3:]
    if not names or not names[0]:
        return None
    keywords = statement.keywords[-len(names) :]
    schema = None
    if "schema" in keywords[1:-1]:
        schema = names[keywords.index("schema", 1) + 1]
    return WantedExtension(names[0], schema)


def roles(statements: Iterable[Statement]) -> tuple[str, ...]:
    """Every role that a statement gives or takes rights by, in name order."""
    return tuple(sorted({role for s in statements for role in _roles(s)} - _NOT_ROLES))


def _roles(statement: Statement) -> Iterator[str]:
    if is_owner_change(statement):
        if not is_only_owner_change(statement):
            at = statement.keywords.index("owner") + 2
            yield from (name for name in statement.names[at : at + 1] if name)
        return
    for head, words in _ROLE_WORDS:
        if statement.begins(*head):
            for at, word in enumerate(statement.keywords):
                before = statement.keywords[at - 1] if at else ""
                if word in words and before not in ("rename", "granted"):
                    yield from _list(statement, at + 1)
            return


def _list(statement: Statement, at: int) -> Iterator[str]:
    """Names joined by commas from `at` on."""
    while at < len(statement.words):
        if statement.keywords[at] == "group" and at + 1 < len(statement.words):
            at += 1
        name = statement.names[at]
        if name is None or statement.words[at].lex not in (Lex.WORD, Lex.QUOTED):
            return
        yield name
        if at + 1 >= len(statement.words) or statement.words[at + 1].text != ",":
            return
        at += 2


def is_owner_change(statement: Statement) -> bool:
    """ALTER ... OWNER TO, and not RENAME [COLUMN] owner TO."""
    words = statement.keywords
    if not statement.begins("alter") or ("owner", "to") not in pairwise(words):
        return False
    at = words.index("owner")
    return "rename" not in words[max(3, at - 2) : at]


def is_only_owner_change(statement: Statement) -> bool:
    """OWNER TO is all it does: no other action stands before or after it."""
    alone = "," not in (token.text for token in statement.words)
    return alone and is_owner_change(statement) and statement.keywords[-3:-1] == ("owner", "to")
