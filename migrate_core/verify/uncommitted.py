"""A DO block that commits by itself, as a transaction can hold it: all its locks at once."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_core.pg.lexer import Lex, Token, UnterminatedError, tokens

_ENDS = frozenset(["commit", "rollback"])
# What a statement of PL/pgSQL begins behind.
_BEFORE = frozenset([";", "begin", "else", "loop", "then", ">", ""])


def uncommitted(sql: str) -> str:
    """The same script, where the blocks between dollar quotes end no transaction any more.

    Not to be run for what it does: it leaves other rows behind than the script.
    """
    return "".join(_block(token) for token in tokens(sql))


def _block(token: Token) -> str:
    if token.lex is not Lex.STRING or not token.text.startswith("$"):
        return token.text
    tag = token.text[: token.text.index("$", 1) + 1]
    try:
        return tag + "".join(_without_ends(token.text[len(tag) : -len(tag)])) + tag
    except UnterminatedError:
        return token.text  # of another language


def _without_ends(block: str) -> Iterator[str]:
    before, ends = "", False
    for token in tokens(block):
        if token.lex in (Lex.SPACE, Lex.COMMENT):
            yield token.text
            continue
        word = token.text.lower()
        if word in _ENDS and before in _BEFORE:
            ends = True
            yield "NULL"
        elif not ends or word == ";":  # AND CHAIN goes along
            ends = False
            yield token.text
        before = word
