"""pg_dump's plain output as data: what is ours taken out, and what may differ made equal."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from migrate_core.declared.files import make_file
from migrate_core.declared.statements import Command, Statement, split
from migrate_core.pg.lexer import Lex, Token, tokens
from migrate_core.pg.names import HIDDEN

_BODY_HEADS = frozenset({"view", "materialized", "function", "procedure", "rule"})
# PostgreSQL 18 names every NOT NULL; the name stays behind when a column or table is renamed,
# and nothing but a dump shows it.
_NAMED_NOT_NULL = re.compile(r'CONSTRAINT (?:"(?:[^"]|"")+"|\S+) NOT NULL')


def without_ours(text: str, keep: Collection[str] = ()) -> str:
    """A dump without anything named `_zanith_*`, except the names in `keep`."""
    return "".join(f"{_rendered(s, keep)};\n" for s in _statements(text) if not _is_ours(s, keep))


def normal(text: str) -> tuple[str, ...]:
    """Blocks in order, one an object, as two equal schemas give them.

    Left out: SET lines, comments, what is ours. Made equal: the order of objects, of columns
    and of a table's constraints, and names of NOT NULL constraints.
    """
    kept = (s for s in _statements(text) if not _is_ours(s, ()) and not _is_session(s))
    return tuple(sorted(_block(statement) for statement in kept))


def ours_in(statements: Collection[str]) -> frozenset[str]:
    """Every `_zanith_*` name that SQL texts speak of."""
    return frozenset(
        name for text in statements for token in tokens(text) if (name := _our_name(token))
    )


def _statements(text: str) -> Iterator[Statement]:
    for item in split(make_file("dump", text.encode())):
        if not isinstance(item, Command):
            yield item


def _is_session(statement: Statement) -> bool:
    return statement.begins("set") or statement.begins("select", "pg_catalog")


def _is_ours(statement: Statement, keep: Collection[str]) -> bool:
    """Whether what it makes or changes is ours; a view that reads ours is not."""
    named = _our_names(_subject(statement), keep)
    return bool(named)


def _subject(statement: Statement) -> tuple[Token, ...]:
    """The tokens that name what a statement is about: not the body of a view or function."""
    if statement.begins("create") and _BODY_HEADS & set(statement.keywords[1:5]):
        end = statement.keywords.index("as") if "as" in statement.keywords else None
        return statement.words[:end]
    return statement.words


def _our_names(words: Sequence[Token], keep: Collection[str]) -> list[str]:
    return [name for token in words if (name := _our_name(token)) and name not in keep]


def _our_name(token: Token) -> str | None:
    name = token.name
    return name if name is not None and name.startswith(HIDDEN) else None


def _rendered(statement: Statement, keep: Collection[str]) -> str:
    if not statement.begins("create", "table") or HIDDEN not in statement.text:
        return statement.text
    head, elements, tail = _elements(statement.text)
    kept = [element for element in elements if not _our_names(_first_words(element), keep)]
    return f"{head}(\n    {f',{chr(10)}    '.join(kept)}\n){tail}"


def _first_words(element: str) -> tuple[Token, ...]:
    """The column's name, or CONSTRAINT and its name."""
    found = (token for token in tokens(element) if token.lex not in (Lex.SPACE, Lex.COMMENT))
    words = [token for _, token in zip(range(2), found, strict=False)]
    return tuple(words if words and words[0].text.upper() == "CONSTRAINT" else words[:1])


def _elements(text: str) -> tuple[str, list[str], str]:
    """What stands before the first parenthesis, its parts at the commas, and what follows it."""
    depth, start, parts = 0, 0, list[str]()
    head = text
    for token in tokens(text):
        if token.lex is not Lex.OTHER:
            continue
        if token.text == "(":
            depth += 1
            if depth == 1:
                head, start = text[: token.start], token.start + 1
        elif token.text == ")":
            depth -= 1
            if depth == 0:
                parts.append(text[start : token.start].strip())
                return head, [part for part in parts if part], text[token.start + 1 :]
        elif token.text == "," and depth == 1:
            parts.append(text[start : token.start].strip())
            start = token.start + 1
    return head, [], ""


def _block(statement: Statement) -> str:
    if not statement.begins("create", "table") and not statement.begins("create", "unlogged"):
        return f"{statement.text.strip()};"
    head, elements, tail = _elements(statement.text)
    if not elements:
        return f"{statement.text.strip()};"
    kept = (e for e in elements if not _our_names(_first_words(e), ()))
    lines = sorted(_NAMED_NOT_NULL.sub("NOT NULL", element) for element in kept)
    body = "\n".join(f"    {line}" for line in lines)
    return f"{head.strip()} (\n{body}\n){tail.rstrip()};"
