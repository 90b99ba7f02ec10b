from __future__ import annotations

import secrets
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import psycopg
import pytest

from migrate_core.declared.ephemeral import PREFIX, Shape
from migrate_core.declared.removal import LEFTOVER_SECONDS
from migrate_core.declared.schema import read_declared
from migrate_core.declared.scratch import ShadowServer
from migrate_core.declared.sources import TextSource
from migrate_core.errors import DeclaredError, ShadowError
from migrate_core.operations.registry import make
from migrate_core.schema.delta import Answers, DropMode
from migrate_core.verify import pg_dump
from migrate_core.verify import verify as verify_module
from migrate_core.verify.options import Rehearsing
from migrate_core.verify.report import VerifyReport
from tests import runs
from tests.migrate_core.verify.conftest import Story, endpoint_of

pytestmark = pytest.mark.db
Connection = psycopg.Connection[Any]

LIVE = """
CREATE EXTENSION pg_trgm;
CREATE TYPE mood AS ENUM ('ok', 'public');
CREATE TABLE users (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text UNIQUE,
  mood public.mood DEFAULT 'public'::public.mood, kind text DEFAULT 'public.users',
  CHECK (email <> 'public.x')
);
CREATE TABLE orders (id serial PRIMARY KEY, user_id bigint REFERENCES users, note text);
CREATE INDEX orders_note ON orders USING gin (note public.gin_trgm_ops);
CREATE FUNCTION count_users() RETURNS bigint LANGUAGE sql SET search_path TO 'public'
  AS $$ SELECT count(*) FROM public.users $$;
CREATE VIEW busy AS SELECT u.id, public.count_users() AS n FROM public.users AS u;
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN PERFORM 1 FROM public.orders; RETURN NEW; END $$;
CREATE TRIGGER stamp BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION stamp();
COMMENT ON TABLE users IS 'as public.users says';
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON users TO public USING (id IN (SELECT user_id FROM public.orders));
"""
ROWS = (
    "INSERT INTO users (email) SELECT 'u' || n FROM generate_series(1, 9) AS n;"
    "INSERT INTO orders (user_id) SELECT id FROM users;"
)


class Weak:
    """A target's database, and a login that may create schemas there and nothing else."""

    def __init__(self, conn: Connection) -> None:
        self.conn = conn
        self.name = f"weak_{secrets.token_hex(4)}"
        conn.execute(b"REVOKE CREATE ON SCHEMA public FROM PUBLIC")  # as it is from 15 on
        conn.execute(f"CREATE ROLE {self.name} LOGIN PASSWORD 'weak'".encode())
        conn.execute(f"GRANT CREATE ON DATABASE {conn.info.dbname} TO {self.name}".encode())
        self.endpoint = msgspec.structs.replace(endpoint_of(conn), user=self.name, password="weak")

    def server(self, **changed: Any) -> ShadowServer:
        given: dict[str, Any] = {"shape": Shape.AUTO, "schemas": ("public",)}
        return ShadowServer(self.endpoint, **{**given, **changed})

    def dump(self) -> str:
        """Everything: owners, rights, rows, sequences."""
        program = pg_dump.find(self.conn.info.server_version // 10_000)
        assert program is not None
        owner = endpoint_of(self.conn)
        done = subprocess.run(
            [program, "-h", owner.host, "-p", str(owner.port), "-U", owner.user, owner.dbname],
            capture_output=True, text=True, check=True,
            env={"PGPASSWORD": owner.password, "PATH": ""},
        )  # fmt: skip
        return "\n".join(line for line in done.stdout.splitlines() if "restrict" not in line)

    def left(self) -> list[str]:
        found = self.conn.execute(
            "SELECT nspname FROM pg_namespace WHERE nspname ~ 'zanith_shadow'"
        )
        return [name for (name,) in found]

    def drop(self) -> None:
        self.conn.execute(f"DROP OWNED BY {self.name}; DROP ROLE {self.name}".encode())


@pytest.fixture
def make_weak(make_db: Callable[..., Connection]) -> Iterator[Callable[..., Weak]]:
    made: list[Weak] = []

    def run(ddl: str = "", *, on: Connection | None = None) -> Weak:
        made.append(Weak(on or make_db(ddl)))
        return made[-1]

    yield run
    for weak in made:
        weak.drop()


def story(weak: Weak, declared: str) -> Story:
    return Story(weak.conn, weak.server(), declared)


def verify(told: Story, plan: Any, **changed: Any) -> VerifyReport:
    return told.verify(plan, **{"schemas": ("public",), **changed})


def told(report: VerifyReport) -> str:
    return "\n".join(f"{s.name} {s.ok} {s.notes}" for s in report.stages) + report.judgement.diff


CHANGE = """
ALTER TABLE users ADD age int CHECK (age > 0);
CREATE INDEX orders_user ON orders (user_id);
CREATE TABLE more (id int PRIMARY KEY, u bigint REFERENCES public.users);
"""


def test_a_plan_is_rehearsed_in_a_schema_and_nothing_else_of_the_database_changes(
    make_weak: Callable[..., Weak],
) -> None:
    weak = make_weak(LIVE + ROWS)
    before = weak.dump()
    case = story(weak, LIVE + CHANGE)

    report = verify(case, case.plan())

    assert report.ok, told(report)
    assert report.shape == "ephemeral schema in the target's own database"
    assert (report.baseline, report.judgement.agrees) == ("pg_dump", True)
    assert "zanith_shadow" not in repr(report)
    shown = {lock.relation for found in report.locks for lock in found.observed}
    assert "public.users" in shown
    assert weak.dump() == before
    assert weak.left() == []


def test_what_a_person_wrote_by_hand_is_rehearsed_there(make_weak: Callable[..., Weak]) -> None:
    weak = make_weak(live := "CREATE TABLE users (id int PRIMARY KEY, name text UNIQUE);")
    first = {"column": {"name": "first", "type": "text"}, "expression": "split_part(name, ' ', 1)"}
    split = {"op": "splitColumn", "table": "public.users", "column": "name", "into": [first]}
    rebuild = {"op": "rebuildTable", "table": "public.users", "options": ["fillfactor=70"]}
    case = story(weak, f"{live} ALTER TABLE users ADD first text, SET (fillfactor = 70);")

    report = verify(case, runs.plan_for(weak.conn, [split, rebuild]))

    assert report.ok, told(report)


def test_what_the_plan_forgets_is_drift_under_its_own_name(make_weak: Callable[..., Weak]) -> None:
    case = story(make_weak(LIVE), LIVE + CHANGE)
    plan = case.plan()

    report = verify(case, msgspec.structs.replace(plan, steps=plan.steps[:1]))

    assert not report.ok
    assert any(
        d.object.endswith("public.orders_user") or "orders" in d.object for d in report.differences
    )


def test_without_pg_dump_the_graph_is_rebuilt_there(
    make_weak: Callable[..., Weak], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = "CREATE TABLE users (id int PRIMARY KEY, email text DEFAULT 'public.x');"
    case = story(make_weak(plain), plain + "ALTER TABLE users ADD a int;")
    monkeypatch.setattr(pg_dump, "find", lambda major: None)

    report = verify(case, case.plan())

    assert report.ok, told(report)
    assert report.baseline == "graph"


@pytest.mark.parametrize("mode", [DropMode.SOFT, DropMode.PLAIN, DropMode.ARCHIVE])
def test_drops_are_rehearsed_or_refused_by_name(
    make_weak: Callable[..., Weak], mode: DropMode
) -> None:
    live = "CREATE TABLE users (id int PRIMARY KEY, email text);"
    weak = make_weak(live + "CREATE TABLE old (a int);")
    case = story(weak, live)

    report = verify(case, case.plan(answers=Answers(drops=mode)))

    assert report.ok is (mode is not DropMode.ARCHIVE), told(report)
    if mode is DropMode.ARCHIVE:
        assert "reaches beyond one schema" in told(report)
    assert weak.left() == []


def test_rows_are_refused_and_a_kept_schema_is_dropped_on_request(
    make_weak: Callable[..., Weak],
) -> None:
    live = "CREATE TABLE users (id int PRIMARY KEY);"
    weak = make_weak(live + "INSERT INTO users VALUES (1)")
    case = story(weak, live + "ALTER TABLE users ADD a int;")

    report = verify(case, case.plan(), options=Rehearsing(rows=5, keep=True))

    assert report.sample is not None
    assert "lies beside the rows of others" in report.sample.problem
    assert report.kept is not None
    assert weak.left() == [report.kept.name]
    assert [one.name for one in weak.server().kept()] == [report.kept.name]
    assert weak.server().drop_kept() == (report.kept.name,)
    assert weak.left() == []


@pytest.mark.parametrize(
    ("declared", "says"),
    [
        ("CREATE PUBLICATION p FOR ALL TABLES;", "is about a publication, which lies in no schema"),
        ("CREATE EXTENSION hstore;", "hstore"),
        ("CREATE SCHEMA other;", "another schema than public"),
        ("ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC;", "default privileges"),
        ("CREATE VIEW v AS SELECT * FROM secret.t;", "permission denied"),
        ("DROP TABLE public.users;", "does not exist"),
        ("DO $$ BEGIN EXECUTE 'DROP TABLE pub' || 'lic.users'; END $$;", "must be owner"),
        ("DO $$ BEGIN EXECUTE 'INSERT INTO pub' || 'lic.users VALUES (7)'; END $$;", "denied"),
        ("DO $$ BEGIN EXECUTE 'CREATE TABLE pub' || 'lic.mine (a int)'; END $$;", "denied"),
    ],
)
def test_declared_sql_that_reaches_out_is_refused_by_name_and_does_nothing(
    make_weak: Callable[..., Weak], declared: str, says: str
) -> None:
    weak = make_weak(
        "CREATE TABLE users (id int); CREATE SCHEMA secret; CREATE TABLE secret.t (a int)"
    )
    before = weak.dump()

    with pytest.raises((DeclaredError, ShadowError)) as refused:
        read_declared(
            TextSource((("x.sql", declared),)), weak.server(), major=weak.server().version,
            schemas=("public",),
        )  # fmt: skip

    assert says in str(refused.value)
    assert weak.dump() == before
    assert weak.left() == []


def test_a_name_that_the_mapping_missed_is_said(make_weak: Callable[..., Weak]) -> None:
    weak = make_weak(
        "CREATE TABLE users (id int); GRANT SELECT ON users TO PUBLIC; CREATE EXTENSION citext;"
    )
    missed = TextSource((("x.sql", "CREATE VIEW v AS SELECT id FROM users;"),))

    with pytest.raises(DeclaredError, match="depends on something outside it") as refused:
        read_declared(missed, weak.server(), major=weak.server().version, schemas=("public",))

    assert "public.v" in refused.value.detail or "view v" in refused.value.detail


@pytest.mark.parametrize(
    ("right", "says"),
    [
        ("ALTER ROLE {r} CREATEROLE", "it is CREATEROLE"),
        ("ALTER ROLE {r} SUPERUSER", "it is a superuser"),
        ("GRANT INSERT ON users TO {r}", "it may change public.users"),
        ("GRANT UPDATE (id) ON users TO PUBLIC", "it may change public.users"),
        ("GRANT CREATE ON SCHEMA public TO PUBLIC", "it may create objects in schema public"),
        ("CREATE TABLE mine (a int); ALTER TABLE mine OWNER TO {r}", "it owns table public.mine"),
        ("REVOKE CREATE ON DATABASE {d} FROM {r}", "it may not create schemas"),
        ("GRANT pg_write_all_data TO {r}", "member of pg_write_all_data"),
        (
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
            "it may call public.f(), which runs with the rights of postgres",
        ),
    ],
)
def test_a_login_that_could_change_anything_else_is_refused_by_name(
    make_weak: Callable[..., Weak], right: str, says: str
) -> None:
    weak = make_weak("CREATE TABLE users (id int)")
    weak.conn.execute(right.format(r=weak.name, d=weak.conn.info.dbname).encode())

    with (
        pytest.raises(ShadowError, match="not one that an ephemeral schema") as refused,
        weak.server(shape=Shape.SCHEMA).database(),
    ):
        pass

    assert says in refused.value.detail
    if "OWNER" in right:
        weak.conn.execute("DROP TABLE mine")


@pytest.mark.parametrize("schemas", [None, ("a", "b"), ()])
def test_it_stands_for_exactly_one_schema(make_weak: Callable[..., Weak], schemas: Any) -> None:
    server = make_weak().server(schemas=schemas)

    with pytest.raises(ShadowError, match="exactly one schema"), server.database():
        pass


def test_what_a_killed_rehearsal_left_goes_with_the_next(make_weak: Callable[..., Weak]) -> None:
    weak = make_weak()
    row = weak.conn.execute("SELECT extract(epoch FROM now())::bigint").fetchone()
    assert row is not None
    old, young = (f"{PREFIX}{row[0] - s:010d}_{'ab' * 6}" for s in (LEFTOVER_SECONDS + 9, 9))
    for name in (old, young):
        weak.conn.execute(f"CREATE SCHEMA {name} AUTHORIZATION {weak.name}".encode())
        weak.conn.execute(f"CREATE TABLE {name}.t (a int)".encode())
        weak.conn.execute(f"ALTER TABLE {name}.t OWNER TO {weak.name}".encode())
    strange = f"{PREFIX}{1:010d}_{'cd' * 6}"
    weak.conn.execute(f"CREATE SCHEMA {strange}".encode())

    with weak.server().database():
        pass

    assert sorted(weak.left()) == sorted([young, strange])


def test_a_large_object_left_behind_is_said(make_weak: Callable[..., Weak]) -> None:
    weak = make_weak()

    with (
        pytest.raises(ShadowError, match="left something outside") as refused,
        weak.server().database() as scratch,
        scratch.session() as conn,
    ):
        conn.execute("SELECT lo_create(0)")

    assert "large object" in refused.value.detail
    weak.conn.execute("SELECT lo_unlink(oid) FROM pg_largeobject_metadata")


def test_a_transaction_that_was_prepared_does_not_keep_the_schema(
    make_weak: Callable[..., Weak],
) -> None:
    weak = make_weak()

    with weak.server().database() as scratch, scratch.session() as conn:
        conn.execute(f"BEGIN; CREATE TABLE {scratch.name}.t (a int)".encode())
        conn.execute(f"PREPARE TRANSACTION '{scratch.name}'".encode())

    assert weak.left() == []


def test_a_production_target_is_not_rehearsed_in_unless_told(
    make_weak: Callable[..., Weak], make_db: Callable[..., Connection]
) -> None:
    """Whatever the address it is reached by."""
    weak = make_weak()
    other_way = msgspec.structs.replace(weak.endpoint, host=f"{weak.endpoint.host}/.")

    for target in (endpoint_of(weak.conn), other_way):
        with pytest.raises(ShadowError, match="marked production"):
            weak.server().refuse_inside(target)
    weak.server().refuse_inside(endpoint_of(make_db()))


def test_an_expression_that_never_ends_is_ended_there_too(
    make_weak: Callable[..., Weak], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify_module, "WALL_CLOCK_SECONDS", 1)
    live = "CREATE TABLE users (id int PRIMARY KEY);"
    weak = make_weak(live)
    case = story(weak, live)

    report = verify(case, case.plan(make("rawSql", sql="SELECT pg_sleep(600)")))

    assert report.stages[-1].name == "apply"
    assert not report.ok
    assert weak.left() == []


def test_what_everybody_may_do_is_the_rehearsals_too(
    major: int, make_db_on: Callable[..., Connection], make_weak: Callable[..., Weak]
) -> None:
    live = (
        "CREATE TABLE users (id int); GRANT SELECT ON users TO PUBLIC;"
        "REVOKE ALL ON SCHEMA public FROM PUBLIC;"
    )
    weak = make_weak(on=make_db_on(major, live))
    case = story(weak, live + "GRANT USAGE ON SCHEMA public TO PUBLIC;")
    plan = case.plan()

    report = verify(case, plan)

    assert [step.kind for step in plan.steps if step.kind in ("grant", "revoke")] == ["grant"]
    assert report.ok, told(report)


def test_it_works_on_every_major(
    major: int, make_db_on: Callable[..., Connection], make_weak: Callable[..., Weak]
) -> None:
    weak = make_weak(on=make_db_on(major, LIVE + ROWS))
    case = story(weak, LIVE + CHANGE)

    report = verify(case, case.plan())

    assert report.ok, told(report)
