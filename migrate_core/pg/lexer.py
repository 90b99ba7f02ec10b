"""PostgreSQL's lexical structure, and nothing above it.

Two callers need to know where a string ends and a name begins: the loader that splits
a file into statements, and a rename that rewrites an expression the catalog deparsed.
Source: PostgreSQL documentation, 4.1 "Lexical Structure".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from migrate_core.errors import MigrateError
from migrate_core.pg.names import quote_ident


class Lex(StrEnum):
    SPACE = "space"
    COMMENT = "comment"
    STRING = "string"  # '...', E'...', B'...', X'...', U&'...', $tag$...$tag$
    QUOTED = "quoted"  # "..." and U&"..."
    WORD = "word"
    NUMBER = "number"
    PARAMETER = "parameter"
    OTHER = "other"


class Token(NamedTuple):
    lex: Lex
    text: str
    start: int

    @property
    def name(self) -> str | None:
        """The identifier it may be: folded if plain, unescaped if quoted."""
        if self.lex is Lex.WORD:
            return self.text.lower()
        if self.lex is Lex.QUOTED and self.text.startswith('"'):
            return self.text[1:-1].replace('""', '"')
        return None


class UnterminatedError(MigrateError):
    """A string, quoted name or comment that never ends."""

    code = "unterminated"

    def __init__(self, what: str, start: int) -> None:
        super().__init__(f"unterminated {what}", hint="Close it.")
        self.start = start


_TOKEN = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<line>--[^\n\r]*)
  | (?P<block>/\*)
  | (?P<estring>[eE]'(?:[^'\\]|''|\\.)*')
  | (?P<string>(?:[bBxXnN]|[uU]&)?'(?:[^']|'')*')
  | (?P<quoted>(?:[uU]&)?"(?:[^"]|"")*")
  | (?P<dollar>\$(?:[A-Za-z_\x80-\U0010ffff][A-Za-z0-9_\x80-\U0010ffff]*)?\$)
  | (?P<parameter>\$\d+)
  | (?P<open>(?:[eEbBxXnN]|[uU]&)?'|(?:[uU]&)?")
  | (?P<word>[A-Za-z_\x80-\U0010ffff][A-Za-z0-9_$\x80-\U0010ffff]*)
  | (?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_BLOCK = re.compile(r"/\*|\*/")
_LEX = {
    "space": Lex.SPACE,
    "line": Lex.COMMENT,
    "estring": Lex.STRING,
    "string": Lex.STRING,
    "quoted": Lex.QUOTED,
    "parameter": Lex.PARAMETER,
    "word": Lex.WORD,
    "number": Lex.NUMBER,
    "other": Lex.OTHER,
}


def tokens(sql: str, start: int = 0) -> Iterator[Token]:
    """Every character of `sql` from `start` on, in tokens.

    Raises:
        UnterminatedError: a string, quoted name, dollar quote or comment has no end.
    """
    at = start
    while match := _TOKEN.match(sql, at):
        kind = match.lastgroup or "other"
        end = match.end()
        if kind == "block":
            end = _block_end(sql, at)
        elif kind == "dollar":
            close = sql.find(match.group(), end)
            if close < 0:
                raise UnterminatedError("dollar-quoted string", at)
            end = close + len(match.group())
        elif kind == "open":
            raise UnterminatedError("quoted name" if '"' in match.group() else "string", at)
        lex = {"block": Lex.COMMENT, "dollar": Lex.STRING}.get(kind) or _LEX[kind]
        yield Token(lex, sql[at:end], at)
        at = end


def _block_end(sql: str, start: int) -> int:
    depth = 0
    for match in _BLOCK.finditer(sql, start):
        depth += 1 if match.group() == "/*" else -1
        if depth == 0:
            return match.end()
    raise UnterminatedError("comment", start)


def mentions(expression: str, name: str) -> bool:
    """Whether an expression holds `name` as an identifier; what stands after AS is given a name,
    and names nothing."""
    found = [token for token in tokens(expression) if token.lex is not Lex.SPACE]
    pairs = zip(["", *(token.text for token in found)], found, strict=False)
    return any(token.name == name and before.upper() != "AS" for before, token in pairs)


def rename(expression: str, old: str, new: str) -> str:
    """Rewrite a column's name in an expression that PostgreSQL deparsed.

    A word before `(` is a function and one after `::` is a type, so both stay. What this
    cannot know (a column of another table in a policy's subquery) shows up as a
    difference after the change, never as silence.
    """
    found = list(tokens(expression))
    return "".join(
        quote_ident(new) if token.name == old and _is_column(found, at) else token.text
        for at, token in enumerate(found)
    )


def names_column(expression: str, name: str) -> bool:
    """The same of an expression that PostgreSQL deparsed: no type and no function is a column."""
    found = list(tokens(expression))
    return any(token.name == name and _is_column(found, at) for at, token in enumerate(found))


def _is_column(found: list[Token], at: int) -> bool:
    before = "".join(token.text for token in found[max(0, at - 2) : at])
    after = found[at + 1].text if at + 1 < len(found) else ""
    return not before.endswith("::") and after != "("


def rename_relation(expression: str, old: tuple[str, str], new: tuple[str, str]) -> str:
    """Rewrite a relation's qualified name: `schema.name`, and 'schema.name'::regclass."""
    found = list(tokens(expression))
    out: list[str] = []
    at = 0
    while at < len(found):
        here = found[at]
        dotted = at + 2 < len(found) and found[at + 1].text == "."
        if dotted and (here.name, found[at + 2].name) == old:
            out.append(".".join(map(quote_ident, new)))
            at += 3
        else:
            out.append(_rename_regclass(here, old, new))
            at += 1
    return "".join(out)


def rename_source(query: str, old: tuple[str, str], new: tuple[str, str]) -> str:
    """Rewrite a relation in a query that PostgreSQL deparsed, and what its columns are
    qualified by; an alias stays as it is."""
    found = list(tokens(query))
    out: list[str] = []
    at, has_alias = 0, False
    while at < len(found):
        dotted = at + 2 < len(found) and found[at + 1].text == "."
        if not dotted or (found[at].name, found[at + 2].name) != old:
            out.append(_rename_regclass(found[at], old, new))
            at += 1
            continue
        at += 3
        alias = [token for token in found[at : at + 2] if token.lex in (Lex.WORD, Lex.QUOTED)]
        has_alias |= any(token.name == old[1] for token in alias)
        out.append(".".join(map(quote_ident, new)))
    text = "".join(out)
    return text if has_alias else _requalified(text, old[1], new[1])


def _requalified(query: str, old: str, new: str) -> str:
    found = list(tokens(query))
    texts = [token.text for token in found]
    for at, token in enumerate(found[:-1]):
        if token.name == old and texts[at + 1] == "." and (not at or texts[at - 1] != "."):
            texts[at] = quote_ident(new)
    return "".join(texts)


def _rename_regclass(token: Token, old: tuple[str, str], new: tuple[str, str]) -> str:
    quoted = "'" + ".".join(map(quote_ident, old)).replace("'", "''") + "'"
    if token.lex is Lex.STRING and token.text == quoted:
        return "'" + ".".join(map(quote_ident, new)).replace("'", "''") + "'"
    return token.text
