from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from psycopg import Connection

from migrate_core.introspection.graph import read_graph
from migrate_core.introspection.probes import ask
from migrate_core.pg.names import QualifiedName
from migrate_core.risk.orphans import orphans, violations
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Constraint

T = QualifiedName("public", "T")


@pytest.mark.db
def test_names_that_need_quotes_and_columns_of_one_name_are_told_apart(
    make_db: Callable[..., Connection[Any]],
) -> None:
    """Both tables have a column `id`; an unqualified one would compare a row with itself."""
    db = make_db(
        'CREATE TABLE "T" (id int PRIMARY KEY, "P" int); CREATE TABLE p (id int UNIQUE, "P" int);'
        'INSERT INTO p VALUES (1, 7); INSERT INTO "T" VALUES (1, 1), (2, 2), (7, 7), (8, NULL)'
    )
    key = Constraint(
        name="f",
        type="foreign key",
        definition='FOREIGN KEY ("P") REFERENCES public.p(id)',
        columns=("P",),
        references=QualifiedName("public", "p"),
        ref_columns=("id",),
    )

    (answer,) = ask(db, orphans(read_graph(db), T, key))

    assert (answer.count, answer.sample) == (2, ("2", "7"))


@pytest.mark.parametrize(
    ("definition", "other"),
    [
        ("FOREIGN KEY (id, PERIOD during) REFERENCES public.p(id, PERIOD during)", T),
        ("FOREIGN KEY (id) REFERENCES", None),
    ],
)
def test_what_is_no_equality_of_columns_is_not_asked(
    definition: str, other: QualifiedName | None
) -> None:
    key = Constraint(name="f", type="foreign key", definition=definition, references=other)

    assert orphans(SchemaGraph(), T, key) == ()


def test_a_table_without_a_primary_key_gives_no_sample() -> None:
    check = Constraint(name="c", type="check", definition="CHECK ((id > 0)) NO INHERIT")

    probe = violations(SchemaGraph(), T, check)

    assert probe.query == 'SELECT count(*) FROM public."T" WHERE (((id > 0))) IS FALSE'
    assert probe.sample is None
