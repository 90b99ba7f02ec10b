"""What a copy keeps of lookups is what a look at the copy itself finds."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from migrate_core.pg.names import QualifiedName
from migrate_core.schema import lookups
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Column, ColumnRef, Constraint, NotNull, Sequence, Table

NAMES = [QualifiedName("public", letter) for letter in "abc"]
names = st.sampled_from(NAMES)
LOOKUPS = list(lookups.SOURCES)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    name, other = draw(names), draw(st.none() | names)
    rule = draw(st.none() | st.sampled_from([NotNull(name="always"), NotNull(validated=False)]))
    key = Constraint(name="k", type="foreign key", definition="", columns=("n",), references=other)
    return Table(
        name=name,
        columns=(Column(name="n", type="integer", not_null=True, not_null_rule=rule),),
        constraints=(key,) if other else (),
        inherits=tuple(draw(st.lists(names.filter(lambda n: n != name), unique=True))),
    )


@st.composite
def sequences(draw: st.DrawFn) -> Sequence:
    owner = draw(st.none() | names.map(lambda name: ColumnRef(table=name, column="n")))
    return Sequence(name=draw(names).renamed("s"), owned_by=owner)


@given(st.lists(st.one_of(tables(), sequences(), st.tuples(st.just(Table), names)), max_size=12))
def test_they_hold_after_each_change(changes: list[object]) -> None:
    graph = SchemaGraph()
    for change in changes:
        for name in LOOKUPS:
            getattr(graph, name)  # known before the change
        graph = graph.drop(*change) if isinstance(change, tuple) else graph.put(change)  # type: ignore[arg-type]
        anew = msgspec.structs.replace(graph)
        for name in LOOKUPS:
            assert getattr(graph, name) == getattr(anew, name), name
        for table in NAMES:
            assert graph.table(table) == anew.table(table)
