from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest
from psycopg import Connection

from migrate_core.errors import ConnectionFailedError, MisuseError, PoolerError
from migrate_core.pg.connect import (
    Endpoint,
    Session,
    apply_session,
    configure,
    connect,
    plan_session,
    redact,
    refuse_pooler,
)
from tests.runs import endpoint_of

CANARY = "c4n4ry%2Fpw"
PASSWORD = "c4n4ry/pw"


def show(conn: Connection, name: str) -> str:
    row = conn.execute("SELECT current_setting(%s)", [name]).fetchone()
    assert row is not None
    return str(row[0])


@contextmanager
def closing(conn: Connection) -> Iterator[Connection]:
    """Unlike the connection's own context, it commits nothing and closes in any case."""
    try:
        yield conn
    finally:
        conn.close()


# Where to ------------------------------------------------------------------------------------


def test_a_url_is_read_into_plain_fields() -> None:
    url = f"postgresql://anna:{CANARY}@db.example.org:6432/shop?sslmode=require"

    assert Endpoint.from_url(url) == Endpoint(
        host="db.example.org",
        port=6432,
        dbname="shop",
        user="anna",
        password=PASSWORD,
        sslmode="require",
    )


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://u:{CANARY}@h/x?passfile=/etc/passwd",
        f"postgresql://u:{CANARY}@h/x?options=-csearch_path%3Dx",
        f"postgresql://u:{CANARY}@h/x?service=s",
        f"postgresql://u:{CANARY}@h/x?nonsense=1",
        f"postgresql://u:{CANARY}@h",
        f"postgresql://u:{CANARY}@a:1,b:2/x",
        f"postgresql://u:{CANARY} x@h:notaport/x",
        f"postgresql://u:{CANARY}%/x",
        f"postgresql://u:{CANARY}\0@h/x",
        f"host=h dbname=x password={PASSWORD}",
        f"mysql://u:{CANARY}@h/x",
    ],
)
def test_any_other_url_is_refused_without_being_shown(url: str) -> None:
    with pytest.raises(MisuseError) as caught:
        Endpoint.from_url(url)

    shown = str(caught.value) + "".join(traceback.format_exception(caught.value, chain=True))
    shown = shown.split("Traceback")[0] + str(caught.value.__cause__ or "")
    assert "c4n4ry" not in shown
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_an_endpoint_is_shown_without_its_password() -> None:
    endpoint = Endpoint(host="h", dbname="x", user="u", password=PASSWORD)

    assert "c4n4ry" not in repr(endpoint) + str(endpoint) + f"{[endpoint]}"
    assert str(endpoint) == "database x on h:5432 as u"


def test_a_remote_server_must_prove_itself_unless_the_url_says_otherwise() -> None:
    endpoint = Endpoint.from_url(f"postgresql://u:{CANARY}@db.example.org/x")

    assert endpoint.keywords() == {
        "host": "db.example.org",
        "port": 5432,
        "dbname": "x",
        "user": "u",
        "password": PASSWORD,
        "sslmode": "verify-full",
        "sslrootcert": "system",
        "require_auth": "scram-sha-256",
    }
    lax = Endpoint.from_url("postgresql://db.example.org/x?sslmode=disable")
    assert lax.keywords()["sslmode"] == "disable"
    assert "sslrootcert" not in lax.keywords()


@pytest.mark.parametrize("host", ["", "/run/postgresql", "localhost", "127.0.0.1", "::1"])
def test_the_same_machine_needs_no_certificate(host: str) -> None:
    assert Endpoint(host=host, dbname="x").keywords()["sslmode"] == "prefer"


def test_a_checked_address_decides_what_is_local() -> None:
    """A name that was resolved to somewhere else is not local for being called localhost."""
    assert not Endpoint(host="localhost", hostaddr="203.0.113.7", dbname="x").is_local


def test_a_password_is_hidden_in_both_spellings() -> None:
    assert redact(f"a {PASSWORD} b {CANARY} c", PASSWORD) == "a ******** b ******** c"
    assert redact("nothing to hide", "") == "nothing to hide"


# Sessions ------------------------------------------------------------------------------------


@pytest.mark.db
def test_a_plan_session_cannot_write_nor_wait_for_long(
    url_on: Callable[[int], str], major: int
) -> None:
    with closing(plan_session(url_on(major), "zanith/plan")) as conn:
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            conn.execute("CREATE TABLE t (a int)")

        found = {name: show(conn, name) for name in ("statement_timeout", "lock_timeout")}
        assert found == {"statement_timeout": "1min", "lock_timeout": "1s"}
        assert show(conn, "application_name") == "zanith/plan"
        assert conn.autocommit


@pytest.mark.db
def test_an_apply_session_has_the_settings_of_the_protocol(
    url_on: Callable[[int], str], major: int
) -> None:
    expected = {
        "search_path": "",
        "TimeZone": "UTC",
        "client_encoding": "UTF8",
        "client_connection_check_interval": "1s",
        "idle_session_timeout": "10s",
        "default_transaction_read_only": "off",
        "lock_timeout": "100ms",
        "statement_timeout": "0",
        "application_name": "zanith/7/1",
    }

    with closing(apply_session(url_on(major), "zanith/7/1")) as conn:
        assert {name: show(conn, name) for name in expected} == expected
        assert conn.prepare_threshold is None
        assert conn.autocommit


@pytest.mark.db
@pytest.mark.parametrize(
    ("said", "found"), [("off", "local"), ("on", "on"), ("remote_apply", "remote_apply")]
)
def test_what_an_apply_session_commits_is_on_disk(
    said: str, found: str, make_db: Callable[..., Connection]
) -> None:
    """Where a crash may take the last commits along, a step that is told as done may be undone."""
    db = make_db()
    db.execute(f"ALTER DATABASE {db.info.dbname} SET synchronous_commit = {said}".encode())
    endpoint = endpoint_of(db)

    with closing(apply_session(endpoint, "zanith/test")) as conn:
        assert show(conn, "synchronous_commit") == found


@pytest.mark.db
def test_settings_of_the_role_do_not_reach_our_session(make_db: Callable[..., Connection]) -> None:
    db = make_db("CREATE ROLE zanith_hostile LOGIN SUPERUSER PASSWORD 'pw'")
    try:
        for setting in (
            "search_path = public",
            "TimeZone = 'Asia/Tokyo'",
            "default_transaction_read_only = on",
            "default_transaction_isolation = 'serializable'",
        ):
            db.execute(f"ALTER ROLE zanith_hostile SET {setting}".encode())
        endpoint = Endpoint(
            host=db.info.host, dbname=db.info.dbname, user="zanith_hostile", password="pw"
        )
        side = connect(endpoint, role=Session.SIDE, application_name="x", settings={"jit": "off"})
        with closing(side):
            assert show(side, "search_path") == ""
            assert show(side, "TimeZone") == "UTC"
            assert show(side, "transaction_isolation") == "read committed"
            assert show(side, "jit") == "off"
            side.execute("CREATE TABLE public.t (a int)")
    finally:
        db.execute("DROP OWNED BY zanith_hostile; DROP ROLE zanith_hostile")


@pytest.mark.db
def test_a_refused_connection_says_where_and_not_the_password(server_url: str) -> None:
    real = Endpoint.from_url(server_url)
    wrong = Endpoint(host=real.host, dbname=real.dbname, user=real.user, password=PASSWORD)

    with pytest.raises(ConnectionFailedError) as caught:
        plan_session(wrong, "x")

    said = str(caught.value)
    assert said.startswith(f"could not connect to database {real.dbname} on {real.host}:5432")
    assert "password authentication failed" in said
    whole = "".join(traceback.format_exception(caught.value))
    assert "c4n4ry" not in whole
    assert caught.value.__context__ is None


@pytest.mark.db
def test_a_setting_that_the_server_refuses_is_an_error(make_db: Callable[..., Connection]) -> None:
    with pytest.raises(ConnectionFailedError, match="lock_timeout"):
        configure(make_db(), {"lock_timeout": "soon"})


@pytest.mark.db
def test_a_server_spoken_to_directly_is_no_pooler(make_db: Callable[..., Connection]) -> None:
    refuse_pooler(make_db())


class Pooled:
    """A connection whose backend changes between transactions, as behind a pooler."""

    def __init__(self, backends: list[Connection]) -> None:
        self.backends = backends
        self.info = backends[0].info

    def execute(self, sql: str, *, prepare: bool) -> psycopg.Cursor:
        self.backends.append(self.backends.pop(0))
        return self.backends[0].execute(sql.encode(), prepare=prepare)


@pytest.mark.db
def test_a_backend_that_changes_is_a_pooler(make_db: Callable[..., Connection]) -> None:
    with pytest.raises(PoolerError, match="pooler stands between us"):
        refuse_pooler(Pooled([make_db(), make_db()]))  # type: ignore[arg-type]  # what it reads
