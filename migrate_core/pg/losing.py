"""Which statements of a script a person wrote take rows or values away for good.

What is dropped by a function that the script calls cannot be seen here; a DO block is read as
far as its words go, and what it puts together as text counts as soon as one of the words is in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from migrate_core.pg.lexer import Lex, UnterminatedError, tokens

_HOLDS_ROWS = frozenset(["table", "database", "extension", "owned"])
_TAKES_NO_ROWS_ALONG = frozenset(  # by CASCADE; of a type or a schema columns and tables would go
    ["index", "materialized", "policy", "publication", "rule", "statistics", "trigger", "view"]
)
_PARTS_WITHOUT_VALUES = frozenset(["constraint", "default", "expression", "identity", "not"])
_ANALYZE = frozenset(["analyze", "analyse"])
_OFF = frozenset(["off", "false", "0"])
_LOSING_WORD = re.compile(r"\b(?:drop|truncate|delete)\b", re.IGNORECASE)


def losses(sql: str) -> tuple[str, ...]:
    """What it does, in SQL's words ("DROP TABLE", "DELETE"), each once, in order."""
    found = (loss for words in statements(sql) for loss in _of_statement(words))
    return tuple(dict.fromkeys(found))


def statements(sql: str) -> Iterator[list[str]]:
    """The words of each statement; a semicolon in BEGIN ATOMIC ... END ends none."""
    words: list[str] = []
    depth = 0
    for token in tokens(sql):
        if token.text == ";" and not depth:
            if words:
                yield words
            words = []
        elif token.lex not in (Lex.SPACE, Lex.COMMENT):
            depth = max(0, depth + _nesting(token.text.lower(), words, depth))
            plain = token.lex in (Lex.STRING, Lex.QUOTED)
            words.append(token.text if plain else token.text.lower())
    if words:
        yield words


def _nesting(word: str, words: list[str], depth: int) -> int:
    if word == "atomic" and words[-1:] == ["begin"]:
        return 1
    if word == "case" and depth:
        return 1
    return -1 if word == "end" and depth else 0


def _of_statement(words: Sequence[str]) -> Iterator[str]:
    rule = _RULES.get(words[0])
    if rule is not None:
        yield from rule(words)


def _of_rows(words: Sequence[str]) -> Iterator[str]:
    yield words[0].upper()


def _of_query(words: Sequence[str]) -> Iterator[str]:
    if "delete" in words:
        yield "DELETE"


def _of_alter(words: Sequence[str]) -> Iterator[str]:
    for at, word in enumerate(words):
        if word == "drop":
            yield from _of_part(words[at + 1 :])


def _of_do(words: Sequence[str]) -> Iterator[str]:
    for word in words[1:]:
        yield from _of_block(word)


def _of_drop(words: Sequence[str]) -> Iterator[str]:
    what = words[1] if len(words) > 1 else ""
    along = "cascade" in words and what not in _TAKES_NO_ROWS_ALONG
    if along or what in _HOLDS_ROWS:
        yield f"DROP {what.upper()}{' CASCADE' if along else ''}"


def _of_part(words: Sequence[str]) -> Iterator[str]:
    """Of ALTER TABLE, ALTER TYPE, ALTER DOMAIN."""
    what = words[0] if words else ""
    if what == "attribute":
        yield "DROP ATTRIBUTE"
    elif what not in _PARTS_WITHOUT_VALUES:
        yield "DROP COLUMN"


def _of_explain(words: Sequence[str]) -> Iterator[str]:
    if not only_plans(words):
        yield from _anywhere(words)


def only_plans(words: Sequence[str]) -> bool:
    """Whether it is EXPLAIN without ANALYZE, which runs nothing of what it plans."""
    if words[0] != "explain":
        return False
    if words[1:2] != ["("]:
        return not _ANALYZE & set(words[1:3])  # EXPLAIN [ANALYZE] [VERBOSE]
    options = words[2 : words.index(")")] if ")" in words else words[2:]
    said = [option.strip('"') for option in options]
    return not any(
        word in _ANALYZE
        and not _OFF & {value.strip("'").lower() for value in said[at + 1 : at + 2]}
        for at, word in enumerate(said)
    )


def _of_block(literal: str) -> Iterator[str]:
    text = body(literal)
    try:
        for words in statements(text):
            yield from _anywhere(words)
    except UnterminatedError:
        if _LOSING_WORD.search(text):
            yield "DO"


def body(literal: str) -> str:
    """What stands between its quotes; nothing of a word, or of a parameter."""
    if literal.startswith("$") and literal.endswith("$"):
        tag = literal[: literal.index("$", 1) + 1]
        return literal[len(tag) : -len(tag)]
    start = literal.find("'")
    return literal[start + 1 : -1].replace("''", "'") if start >= 0 else ""


def _anywhere(words: Sequence[str]) -> Iterator[str]:
    """As in a body, where IF, THEN and BEGIN stand before a statement."""
    for at, word in enumerate(words):
        if word in ("delete", "truncate") and words[at - 1 : at] != ["on"]:
            yield word.upper()
        elif word == "drop":
            in_alter = "alter" in words[:at]
            yield from _of_part(words[at + 1 :]) if in_alter else _of_drop(words[at:])
        elif match := _LOSING_WORD.search(body(word)):
            yield f"EXECUTE of {match.group().upper()}"


_RULES: dict[str, Callable[[Sequence[str]], Iterator[str]]] = {
    "delete": _of_rows,
    "truncate": _of_rows,
    "with": _of_query,
    "merge": _of_query,
    "drop": _of_drop,
    "alter": _of_alter,
    "do": _of_do,
    "explain": _of_explain,
}
