"""What hypothesis draws: names that PostgreSQL takes, and schemas made of them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from migrate_core.pg.names import MAX_BYTES, QualifiedName
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import (
    Column,
    ColumnRef,
    Constraint,
    Enum,
    Extension,
    Generated,
    Identity,
    Index,
    Other,
    Policy,
    Schema,
    Sequence,
    SequenceOptions,
    Table,
)

BIGINT = st.integers(min_value=-(2**63), max_value=2**63 - 1)


def names() -> st.SearchStrategy[str]:
    """Anything but NUL that fits into 63 bytes: reserved words, quotes, emoji, line ends."""
    characters = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
    anything = st.text(characters, min_size=1, max_size=MAX_BYTES)
    likely = st.text("abz_09$A \"'.\n\\é😀", min_size=1, max_size=MAX_BYTES)
    words = st.sampled_from(["select", "user", "table", "Order", "x" * MAX_BYTES, "public"])
    return st.one_of(words, likely, anything).filter(lambda n: len(n.encode()) <= MAX_BYTES)


def texts() -> st.SearchStrategy[str]:
    return st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)


def qualified_names() -> st.SearchStrategy[QualifiedName]:
    return st.builds(QualifiedName, names(), names())


def graphs() -> st.SearchStrategy[SchemaGraph]:
    return st.builds(
        SchemaGraph,
        schemas=_by_name(st.builds(Schema, name=names(), comment=_maybe(texts()))),
        extensions=_by_name(st.builds(Extension, name=names(), schema=names())),
        enums=_by_name(st.builds(Enum, name=qualified_names(), values=_tuples(names()))),
        sequences=_by_name(_sequences()),
        tables=_by_name(tables()),
        others=_tuples(st.builds(Other, kind=texts(), name=texts(), definition=texts())),
    )


def tables() -> st.SearchStrategy[Table]:
    return st.builds(
        Table,
        name=qualified_names(),
        columns=st.lists(_columns(), max_size=4, unique_by=lambda c: c.name).map(tuple),
        constraints=_by_name(_constraints()),
        indexes=_by_name(
            st.builds(Index, name=names(), definition=texts(), columns=_tuples(names()))
        ),
        policies=_by_name(st.builds(Policy, name=names(), roles=_roles(), using=_maybe(texts()))),
        row_security=st.booleans(),
        comment=_maybe(texts()),
    )


def options() -> st.SearchStrategy[SequenceOptions]:
    return st.builds(
        SequenceOptions,
        type=st.sampled_from(["smallint", "integer", "bigint"]),
        start=BIGINT,
        increment=BIGINT,
        max=st.one_of(st.just(2**63 - 1), BIGINT),
        cycle=st.booleans(),
    )


def _sequences() -> st.SearchStrategy[Sequence]:
    owner = st.builds(ColumnRef, table=qualified_names(), column=names())
    return st.builds(Sequence, name=qualified_names(), options=options(), owned_by=_maybe(owner))


def _columns() -> st.SearchStrategy[Column]:
    identity = st.builds(
        Identity, always=st.booleans(), sequence=qualified_names(), options=options()
    )
    generated = st.builds(Generated, expression=texts(), stored=st.booleans())
    return st.builds(
        Column,
        name=names(),
        type=texts(),
        not_null=st.booleans(),
        default=_maybe(texts()),
        identity=_maybe(identity),
        generated=_maybe(generated),
        comment=_maybe(texts()),
    )


def _constraints() -> st.SearchStrategy[Constraint]:
    return st.builds(
        Constraint,
        name=names(),
        type=st.sampled_from(["primary key", "unique", "check", "foreign key", "exclude"]),
        definition=texts(),
        columns=_tuples(names()),
        references=_maybe(qualified_names()),
        ref_columns=_tuples(names()),
        validated=st.booleans(),
    )


def _roles() -> st.SearchStrategy[tuple[str, ...]]:
    named = st.lists(names(), min_size=1, max_size=3, unique=True).map(lambda n: tuple(sorted(n)))
    return st.one_of(st.just(("public",)), named)


def _maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), strategy)


def _tuples(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, max_size=3).map(tuple)


def _by_name(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    drawn = st.lists(strategy, max_size=3, unique_by=lambda thing: thing.name)
    return drawn.map(lambda things: tuple(sorted(things, key=lambda thing: thing.name)))
