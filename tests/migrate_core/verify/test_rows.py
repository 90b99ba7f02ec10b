from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrate_core.declared.scratch import Scratch, ShadowServer
from migrate_core.operations.registry import make
from migrate_core.pg.connect import Endpoint, plan_session
from migrate_core.pg.names import QualifiedName
from migrate_core.schema.objects import Column
from migrate_core.verify import rows, sample
from migrate_core.verify.options import Rehearsing
from migrate_core.verify.rows import Sample
from tests.migrate_core.verify.conftest import MakeStory, endpoint_of

pytestmark = pytest.mark.db
Connection = psycopg.Connection[Any]
Sampled = Callable[..., tuple[Sample, Connection]]
KEYS = "SELECT count(*), bool_and(convalidated) FROM pg_constraint WHERE contype = 'f'"


@pytest.fixture
def scratch(shadow: ShadowServer) -> Iterator[Scratch]:
    with shadow.database() as made:
        yield made


@pytest.fixture
def sampled(make_db: Callable[..., Connection], scratch: Scratch) -> Iterator[Sampled]:
    """The schema on both sides, rows in the target: what was copied, and the copy."""
    with scratch.session() as conn:

        def run(schema: str, filled: str, most: int) -> tuple[Sample, Connection]:
            target = make_db(schema)
            target.execute(filled.encode())
            conn.execute("SET search_path = public")
            conn.execute(schema.encode())
            conn.execute("SET search_path = ''")
            with plan_session(endpoint_of(target), "zanith/test") as session:
                return rows.copy(session, conn, most), conn

        yield run


def counts(found: Sample) -> dict[str, tuple[int, int]]:
    return {t.table.removeprefix("public."): (t.rows, t.referred) for t in found.tables}


def one(conn: Connection, query: str) -> Any:
    return conn.execute(query.encode()).fetchall()


def test_what_a_row_refers_to_comes_with_it(sampled: Sampled) -> None:
    schema = (
        "CREATE TABLE country (id int PRIMARY KEY);"
        "CREATE TABLE person (id int PRIMARY KEY, country int REFERENCES country, name text);"
        "CREATE TABLE letter (id int PRIMARY KEY, author int NOT NULL REFERENCES person,"
        " reader int REFERENCES person);"
    )
    filled = (
        "INSERT INTO country SELECT generate_series(1, 100);"
        "INSERT INTO person SELECT n, 101 - n, 'p' FROM generate_series(1, 100) AS n;"
        "INSERT INTO letter SELECT n, 100 - n, n + 50 FROM generate_series(1, 40) AS n;"
    )

    found, copy = sampled(schema, filled, 5)

    assert counts(found) == {"country": (16, 11), "letter": (5, 0), "person": (15, 10)}
    assert found.says == "36 rows of 3 tables were copied"
    assert one(copy, "SELECT count(*) FROM public.letter") == [(5,)]
    assert one(copy, KEYS) == [(3, True)]


def test_cycles_composite_keys_and_other_types_hold(sampled: Sampled) -> None:
    schema = (
        "CREATE TABLE a (x int, y bigint, b_id bigint, boss int, PRIMARY KEY (x), UNIQUE (y, x));"
        'CREATE TABLE "B b" (id smallint PRIMARY KEY, ax int, ay int,'
        " FOREIGN KEY (ay, ax) REFERENCES a (y, x) DEFERRABLE);"
        'ALTER TABLE a ADD CONSTRAINT to_b FOREIGN KEY (b_id) REFERENCES "B b";'
        "ALTER TABLE a ADD FOREIGN KEY (boss) REFERENCES a;"
        "COMMENT ON CONSTRAINT to_b ON a IS 'it''s \\ kept';"
    )
    filled = (
        "INSERT INTO a SELECT n, -n, NULL, nullif(n / 2, 0) FROM generate_series(1, 64) AS n;"
        'INSERT INTO "B b" SELECT n, 64 - n, n - 64 FROM generate_series(1, 63) AS n;'
        "UPDATE a SET b_id = 64 - x WHERE x < 64;"
    )

    found, copy = sampled(schema, filled, 2)

    orphans = (
        'SELECT count(*) FROM public.a AS c LEFT JOIN public."B b" AS p ON p.id = c.b_id'
        " LEFT JOIN public.a AS q ON q.x = c.boss"
        " WHERE (c.b_id IS NOT NULL AND p.id IS NULL) OR (c.boss IS NOT NULL AND q.x IS NULL)"
    )
    assert one(copy, orphans) == [(0,)]
    assert counts(found)["a"][1] > 0
    comment = "SELECT obj_description(oid) FROM pg_constraint WHERE conname = 'to_b'"
    assert one(copy, comment) == [("it's \\ kept",)]


GRAPH = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 4), st.booleans()), min_size=1, max_size=8
)


def graph_of(edges: list[tuple[int, int, bool]], seed: int) -> tuple[str, str, str]:
    """Five tables with a composite key and 20 rows each, their rows, and a key for each edge."""
    tables, filled = "", ""
    columns = "".join(f", f{e}a int, f{e}b int" for e in range(len(edges)))
    for n in range(5):
        tables += f"CREATE TABLE t{n} (k1 int, k2 int, PRIMARY KEY (k1, k2){columns});"
        mine = [
            f"w{e}.v, w{e}.v % 3" if a == n else "NULL, NULL" for e, (a, *_) in enumerate(edges)
        ]
        filled += f"INSERT INTO t{n} SELECT i, i % 3, {', '.join(mine)}"
        filled += " FROM generate_series(1, 20) AS i" + "".join(
            f" CROSS JOIN LATERAL (SELECT nullif((i * {7 + e} + {seed}) % 21, 0) AS v) AS w{e}"
            for e in range(len(edges))
        )
        filled += ";"
    keys = "".join(
        f"ALTER TABLE t{a} ADD FOREIGN KEY (f{e}a, f{e}b) REFERENCES t{b} (k1, k2)"
        f"{' MATCH FULL' if full else ''};"
        for e, (a, b, full) in enumerate(edges)
    )
    return tables, filled, keys


def assert_no_orphan(conn: Connection, edges: list[tuple[int, int, bool]]) -> None:
    for e, (a, b, _) in enumerate(edges):
        orphans = (
            f"SELECT count(*) FROM public.t{a} AS c WHERE c.f{e}a IS NOT NULL AND NOT EXISTS"
            f" (SELECT FROM public.t{b} AS p WHERE p.k1 = c.f{e}a AND p.k2 = c.f{e}b)"
        )
        assert one(conn, orphans) == [(0,)]


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(edges=GRAPH, most=st.integers(1, 4), seed=st.integers(0, 10_000))
def test_no_graph_of_foreign_keys_leaves_an_orphan(
    make_db: Callable[..., Connection],
    scratch: Scratch,
    edges: list[tuple[int, int, bool]],
    most: int,
    seed: int,
) -> None:
    """The oracle is an anti-join a key, in plain SQL."""
    tables, filled, keys = graph_of(edges, seed)
    with make_db(tables + filled + keys) as target, scratch.session() as conn:
        conn.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public; SET search_path = public")
        conn.execute((tables + keys).encode())
        conn.execute("SET search_path = ''")
        with plan_session(endpoint_of(target), "zanith/test") as session:
            found = rows.copy(session, conn, most)

        assert not found.problem
        for n in range(5):
            there = one(conn, f"SELECT count(*) FROM public.t{n}")[0][0]
            assert counts(found)[f"t{n}"][0] == there
            assert most <= there <= 20
        assert_no_orphan(conn, edges)
        assert one(conn, KEYS) == [(len(edges), True)]


MANY_KINDS_SCHEMA = (
    "CREATE TABLE log (t text);"
    "CREATE FUNCTION noisy() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " INSERT INTO public.log VALUES ('fired'); RETURN NEW; END $$;"
    "CREATE TABLE owner (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
    " twice int GENERATED ALWAYS AS (n * 2) STORED, n int);"
    "CREATE TABLE part (id serial, at date, owner bigint REFERENCES owner,"
    " PRIMARY KEY (id, at)) PARTITION BY RANGE (at);"
    "CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');"
    "CREATE TABLE part_2 PARTITION OF part FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')"
    " PARTITION BY HASH (id);"
    "CREATE TABLE part_2a PARTITION OF part_2 FOR VALUES WITH (MODULUS 2, REMAINDER 0);"
    "CREATE TABLE part_2b PARTITION OF part_2 FOR VALUES WITH (MODULUS 2, REMAINDER 1);"
    "CREATE TRIGGER a BEFORE INSERT ON part FOR EACH ROW EXECUTE FUNCTION noisy();"
    "CREATE TRIGGER b AFTER INSERT ON owner FOR EACH STATEMENT EXECUTE FUNCTION noisy();"
    "ALTER TABLE owner ENABLE ALWAYS TRIGGER b;"
    "ALTER TABLE owner ENABLE ROW LEVEL SECURITY; ALTER TABLE owner FORCE ROW LEVEL SECURITY;"
    "CREATE POLICY p ON owner USING (true);"
)
MANY_KINDS_ROWS = (
    "INSERT INTO owner (n) SELECT generate_series(1, 50);"
    "INSERT INTO part (at, owner) SELECT '2025-12-01'::date + n, 51 - n"
    " FROM generate_series(1, 50) AS n;"
    "INSERT INTO owner (id, n) OVERRIDING SYSTEM VALUE VALUES (900, 1); DELETE FROM log;"
    "TRUNCATE log;"
)


def test_identity_generated_columns_partitions_and_triggers(sampled: Sampled) -> None:
    found, copy = sampled(MANY_KINDS_SCHEMA, MANY_KINDS_ROWS, 9)

    assert counts(found)["part"] == (9, 0)
    assert one(copy, "SELECT count(DISTINCT tableoid) FROM public.part")[0][0] >= 2
    assert one(copy, "SELECT count(*) FROM public.log") == [(0,)]
    kept = "SELECT tgrelid::regclass::text, tgenabled FROM pg_trigger WHERE NOT tgisinternal"
    triggers = one(copy, kept)
    assert ("public.owner", "A") in triggers
    assert {state for _, state in triggers} == {"A", "O"}
    forced = one(copy, "SELECT relname FROM pg_class WHERE relforcerowsecurity")
    assert forced == [("owner",)]
    copy.execute("ALTER TABLE public.owner NO FORCE ROW LEVEL SECURITY")
    assert one(copy, "SELECT bool_and(twice = n * 2) FROM public.owner") == [(True,)]
    assert one(copy, "SELECT nextval('public.part_id_seq')") == [(51,)]
    top = one(copy, "SELECT max(id) FROM public.owner")[0][0]
    assert one(copy, "SELECT nextval('public.owner_id_seq')")[0][0] > top


PARTITIONED_SCHEMA = (
    "CREATE TABLE p (id int, r text, PRIMARY KEY (id)) PARTITION BY HASH (id);"
    "CREATE TABLE p0 PARTITION OF p FOR VALUES WITH (MODULUS 2, REMAINDER 0);"
    "CREATE TABLE p1 PARTITION OF p FOR VALUES WITH (MODULUS 2, REMAINDER 1);"
    "CREATE TABLE c (id int, p int REFERENCES p) PARTITION BY LIST (id);"
    "CREATE TABLE c0 PARTITION OF c DEFAULT;"
)
PARTITIONED_ROWS = (
    "INSERT INTO p SELECT n FROM generate_series(1, 50) AS n;"
    "INSERT INTO c SELECT n, 51 - n FROM generate_series(1, 50) AS n;"
)


SINCE_18_SCHEMA = (
    "CREATE TABLE room (no int4range, at daterange, PRIMARY KEY (no, at WITHOUT OVERLAPS));"
    "CREATE TABLE stay (no int4range, at daterange,"
    " FOREIGN KEY (no, PERIOD at) REFERENCES room (no, PERIOD at));"
    "CREATE TABLE loose (id int REFERENCES p NOT ENFORCED);"
)
SINCE_18_ROWS = (
    "INSERT INTO room SELECT '[1,2)', daterange('2026-01-01'::date + n, '2026-01-02'::date"
    " + n) FROM generate_series(0, 30) AS n;"
    "INSERT INTO stay VALUES ('[1,2)', '[2026-01-20,2026-01-25)');"
    "INSERT INTO loose VALUES (44), (77);"
)


def test_what_only_some_majors_have_is_copied_there(
    major: int, url_on: Callable[[int], str], make_db_on: Callable[..., Connection]
) -> None:
    """Temporal keys and keys that are not enforced came with 18; partitions on both sides."""
    schema, filled = PARTITIONED_SCHEMA, PARTITIONED_ROWS
    if major >= 18:
        schema, filled = schema + SINCE_18_SCHEMA, filled + SINCE_18_ROWS
    target = make_db_on(major, schema)
    target.execute(filled.encode())
    server = ShadowServer(Endpoint.from_url(url_on(major)))
    with server.database() as made, made.session() as conn:
        conn.execute("SET search_path = public")
        conn.execute(schema.encode())
        conn.execute("SET search_path = ''")
        with plan_session(endpoint_of(target), "zanith/test") as session:
            found = rows.copy(session, conn, 3)

        assert not found.problem
        assert not [t for t in found.tables if t.problem]
        assert counts(found)["c"] == (3, 0)
        assert counts(found)["p"][0] >= 6
        assert one(conn, "SELECT bool_and(convalidated OR conrelid = to_regclass('public.loose'))"
                   " FROM pg_constraint WHERE contype = 'f'") == [(True,)]  # fmt: skip
        if major >= 18:
            assert counts(found)["room"] == (8, 5)
            assert one(conn, "SELECT count(*) FROM public.loose") == [(2,)]


def test_a_table_that_cannot_be_read_or_loaded_is_left_out_with_those_that_refer_to_it(
    sampled: Sampled,
) -> None:
    schema = (
        "CREATE TABLE even (id int PRIMARY KEY);"
        "CREATE TABLE child (id int PRIMARY KEY REFERENCES even);"
        "CREATE TABLE alone (id int);"
        "CREATE FUNCTION fine(int) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS"
        " $$ BEGIN RETURN current_user <> 'x' AND NOT starts_with(current_user, 'zanith'); END $$;"
        "ALTER TABLE even ADD CONSTRAINT must CHECK (public.fine(id));"
    )
    filled = "".join(f"INSERT INTO {t} VALUES (4711);" for t in ("even", "child", "alone"))

    found, copy = sampled(schema, filled, 5)

    problems = {t.table: t.problem for t in found.tables if t.problem}
    assert problems == {
        "public.even": "could not be loaded: CheckViolation (SQLSTATE 23514) constraint must",
        "public.child": "refers to public.even",
    }
    assert one(copy, "SELECT count(*) FROM public.alone") == [(1,)]
    assert "4711" not in repr(found)


def test_rows_that_break_a_constraint_which_is_not_valid_are_copied_all_the_same(
    sampled: Sampled,
) -> None:
    schema = (
        "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (id int, n int);"
        "{}ALTER TABLE c ADD CONSTRAINT f FOREIGN KEY (id) REFERENCES p NOT VALID;"
        "ALTER TABLE c ADD CONSTRAINT positive CHECK (n > 0) NOT VALID;"
    )
    found, copy = sampled(
        schema.format(""),
        "ALTER TABLE c DROP CONSTRAINT f, DROP CONSTRAINT positive; INSERT INTO c VALUES (1, -1);"
        + schema.partition("{}")[2],
        5,
    )

    assert counts(found) == {"c": (1, 0), "p": (0, 0)}
    states = "SELECT conname, convalidated FROM pg_constraint WHERE conrelid = 'public.c'::regclass"
    assert sorted(one(copy, states))[:2] == [("f", False), ("positive", False)]


def test_only_access_share_is_taken_and_everything_is_one_moment(
    make_db: Callable[..., Connection], scratch: Scratch
) -> None:
    schema = "CREATE TABLE t (id int PRIMARY KEY, a text);"
    target = make_db(schema + "INSERT INTO t SELECT n, 'x' FROM generate_series(1, 10) AS n")
    locks = "SELECT DISTINCT mode FROM pg_locks WHERE pid = %s AND relation >= 16384"
    with scratch.session() as conn, plan_session(endpoint_of(target), "zanith/test") as session:
        with sample.snapshot(session):
            found = sample.relations(session)
            sampling = sample.Sampling({r.oid: r for r in found}, sample.references(session), {})
            sample.choose(session, sampling, 5)
            taken = target.execute(locks, [session.info.backend_pid]).fetchall()
            with pytest.raises(psycopg.errors.ReadOnlySqlTransaction), session.transaction():
                session.execute("INSERT INTO public.t VALUES (11)")
        assert taken == [("AccessShareLock",)]
        conn.execute("CREATE TABLE public.t (id int PRIMARY KEY, a text)")
        assert counts(rows.copy(session, conn, 3)) == {"t": (3, 0)}


def test_a_sample_that_grows_too_large_is_refused_as_a_whole(
    sampled: Sampled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sample, "MOST_ROWS", 20)
    schema = "CREATE TABLE t (id int PRIMARY KEY, next int REFERENCES t);"
    filled = "INSERT INTO t SELECT n, nullif(n + 1, 101) FROM generate_series(1, 100) AS n"

    found, copy = sampled(schema, filled, 1)

    assert found.says == "no rows were copied: its foreign keys lead to more than 20 rows"
    assert one(copy, "SELECT count(*) FROM public.t") == [(0,)]


def test_a_reader_without_rights_is_told_which_tables_it_may_not_read(
    make_db: Callable[..., Connection], scratch: Scratch
) -> None:
    schema = (
        "CREATE TABLE open (id int); CREATE TABLE closed (id int); CREATE TABLE hidden (id int);"
    )
    target = make_db(
        schema + "INSERT INTO open VALUES (1); INSERT INTO hidden VALUES (1);"
        "CREATE ROLE weak_reader LOGIN PASSWORD 'weak';"
        "GRANT SELECT ON open, hidden TO weak_reader;"
        "ALTER TABLE hidden ENABLE ROW LEVEL SECURITY;"
    )
    reader = msgspec.structs.replace(endpoint_of(target), user="weak_reader", password="weak")
    try:
        with scratch.session() as conn, plan_session(reader, "zanith/test") as session:
            conn.execute("SET search_path = public")
            conn.execute(schema.encode())
            found = rows.copy(session, conn, 5)
    finally:
        target.execute("DROP OWNED BY weak_reader; DROP ROLE weak_reader")

    said = {t.table: t.problem for t in found.tables}
    assert said["public.open"] == ""
    assert said["public.closed"] == "may not be read: no SELECT privilege"
    assert said["public.hidden"].startswith("InsufficientPrivilege")


def test_a_plan_meets_the_rows_and_its_report_says_none_of_their_values(
    make_story: MakeStory,
) -> None:
    live = "CREATE TABLE users (id int PRIMARY KEY, email text);"
    story = make_story(live + "INSERT INTO users VALUES (1, 'geheim@example.com');", live)
    users = QualifiedName("public", "users")
    cast = story.plan(
        make("rawSql", sql="ALTER TABLE public.users ALTER email TYPE int USING email::int")
    )

    without = story.verify(cast, declared=None)
    met = story.verify(cast, declared=None, options=Rehearsing(rows=5))

    assert (without.stages[-1].name, met.stages[-1].name) == ("pg_dump", "apply")
    assert "SQLSTATE 22P02" in met.stages[-1].notes[-1]
    assert "geheim" not in repr(met)
    assert met.sample is not None
    assert met.sample.says == "1 rows of 1 tables were copied"
    fine = story.plan(make("addColumn", table=users, column=Column(name="a", type="integer")))
    assert "1 rows of 1 tables" in repr(story.verify(fine, options=Rehearsing(rows=5)))
