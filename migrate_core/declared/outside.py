"""Statements about what lies in no schema, for which an ephemeral schema cannot stand."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from migrate_core.declared.mentions import extension_made
from migrate_core.declared.statements import Statement

# Kinds of objects of the database or the server, by the words that name them.
_KINDS = (
    ("extension",),
    ("publication",),
    ("subscription",),
    ("event", "trigger"),
    ("cast",),
    ("language",),
    ("trusted", "language"),
    ("procedural", "language"),
    ("foreign", "data", "wrapper"),
    ("server",),
    ("user", "mapping"),
    ("access", "method"),
    ("transform",),
    ("role",),
    ("user",),
    ("group",),
    ("database",),
    ("tablespace",),
    ("default", "privileges"),
    ("system",),
)
_HEADS = ("create", "alter", "drop", "security", "reassign")


def why_outside(statement: Statement, schema: str, installed: Collection[str] = ()) -> str:
    """A sentence that names what it is about, or ''."""
    made = extension_made(statement)
    if made and made.name in installed:
        return ""
    words = statement.keywords
    if words[0] not in _HEADS:
        return ""
    rest = words[1:]
    while rest[:2] == ("or", "replace"):
        rest = rest[2:]
    for kind in _KINDS:
        if rest[: len(kind)] == kind:
            return (
                f"{_shown(statement)} is about {_article(' '.join(kind))}, which lies in no schema"
            )
    if rest[:1] == ("schema",) and schema not in statement.names:
        return f"{_shown(statement)} is about another schema than {schema}"
    if words[0] == "reassign":
        return f"{_shown(statement)} reaches beyond one schema"
    return ""


def first_outside(
    statements: Iterable[Statement], schema: str, installed: Collection[str] = ()
) -> tuple[Statement, str] | None:
    for statement in statements:
        if why := why_outside(statement, schema, installed):
            return statement, why
    return None


def _article(kind: str) -> str:
    if kind == "default privileges":
        return kind
    return f"{'an' if kind[0] in 'aeiou' and kind != 'user' else 'a'} {kind}"


def _shown(statement: Statement) -> str:
    words = " ".join(statement.text.split())
    return words if len(words) <= 60 else f"{words[:57]}..."
