"""A sample holds what a key that the plan adds will point at."""

from __future__ import annotations

import pytest

from migrate_core.operations.registry import make
from migrate_core.planning.plan import Plan
from migrate_core.verify.coming import keys
from migrate_core.verify.options import Rehearsing
from tests.migrate_core.verify.conftest import MakeStory

KEY = "ALTER TABLE public.letter ADD CONSTRAINT letter_author_fk FOREIGN KEY (author) REFERENCES"


@pytest.mark.parametrize("how", ["typed", "raw", "raw, its columns named", "nobody"])
def test_what_a_row_will_refer_to_by_a_key_of_the_plan_comes_with_it(
    make_story: MakeStory, how: str
) -> None:
    """Else the key would fail in the rehearsal, and not where all rows are."""
    live = (
        "CREATE TABLE person (id int PRIMARY KEY);"
        "CREATE TABLE letter (id int PRIMARY KEY, author int NOT NULL);"
    )
    wanted = live.replace("author int NOT NULL", "author int NOT NULL REFERENCES person")
    orphan = how == "nobody"
    filled = (
        "INSERT INTO person SELECT generate_series(1, 100);"
        f"INSERT INTO letter SELECT 0, 101 WHERE {orphan};"
        "INSERT INTO letter SELECT n, 101 - n FROM generate_series(1, 40) AS n;"
    )
    story = make_story(live + filled, wanted)
    to = "public.person (id)" if how == "raw, its columns named" else "public.person"
    plan = story.plan() if how == "typed" else story.plan(make("rawSql", sql=f"{KEY} {to}"))

    met = story.verify(plan, declared=None, options=Rehearsing(rows=10))

    assert (met.stages[-1].name == "apply") is orphan, met.stages[-1]
    assert met.sample is not None
    assert {t.table: t.rows for t in met.sample.tables}["public.person"] == 20 - orphan


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ('ALTER TABLE a.t ADD FOREIGN KEY (x, "Y") REFERENCES a.o (p, q)', "a.t x,Y a.o p,q"),
        (
            "alter table if exists only a.t /* , */ add constraint k foreign key(x) references a.o"
            " on delete cascade",
            "a.t x a.o ",
        ),
        ("ALTER TABLE t ADD FOREIGN KEY (x) REFERENCES a.o", ""),
        ("ALTER TABLE a.t ADD FOREIGN KEY (x) REFERENCES o", ""),
        ("CREATE TABLE a.n (x int, FOREIGN KEY (x) REFERENCES a.o)", ""),
        ("ALTER TABLE a.t ADD FOREIGN KEY", ""),
        ("ALTER TABLE a.t ADD FOREIGN KEY (x", ""),
        ("ALTER TABLE a.t ADD FOREIGN KEY (x) REFERENCES a.", ""),
        ("ALTER TABLE", ""),
    ],
)
def test_keys_are_read_from_statements(make_story: MakeStory, sql: str, told: str) -> None:
    plan: Plan = make_story("CREATE TABLE x ();", "CREATE TABLE x ();").plan(
        make("rawSql", sql=sql)
    )

    found = (
        f"{k.table} {','.join(k.columns)} {k.other} {','.join(k.other_columns)}"
        for k in keys([plan])
    )

    assert "; ".join(found) == told
