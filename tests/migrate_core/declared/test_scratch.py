from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import psycopg
import pytest

from migrate_core.declared.mentions import WantedExtension
from migrate_core.declared.removal import LEFTOVER_SECONDS, PREFIX
from migrate_core.declared.roles import MARK
from migrate_core.declared.scratch import ShadowServer
from migrate_core.errors import ShadowError
from migrate_core.pg.connect import Endpoint

pytestmark = pytest.mark.db
Admin = psycopg.Connection[Any]


def left(admin: Admin) -> list[str]:
    rows = admin.execute(
        "SELECT datname FROM pg_database WHERE starts_with(datname, %(prefix)s)"
        " UNION SELECT rolname FROM pg_roles WHERE starts_with(rolname, %(prefix)s)"
        " UNION SELECT rolname FROM pg_roles WHERE shobj_description(oid, 'pg_authid') = %(mark)s",
        {"prefix": PREFIX, "mark": MARK},
    )
    return [name for (name,) in rows]


def test_the_login_owns_its_database_and_nothing_else(
    shadow: ShadowServer, shadow_admin: Admin
) -> None:
    with shadow.database() as scratch:
        row = shadow_admin.execute(
            "SELECT rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls,"
            " rolvaliduntil < now() + interval '1 day',"
            " (SELECT datdba = r.oid FROM pg_database WHERE datname = rolname),"
            " (SELECT count(*) FROM pg_auth_members WHERE member = r.oid)"
            " FROM pg_roles AS r WHERE rolname = %s",
            [scratch.name],
        ).fetchone()

        assert row == (False, False, False, False, False, True, True, 0)
        with scratch.session() as conn:
            conn.execute("CREATE TABLE public.t (a int)")
            found = conn.execute("SELECT current_setting('server_encoding')").fetchone()
        assert found == ("UTF8",)
    assert left(shadow_admin) == []


def test_nobody_else_may_connect_to_it(shadow: ShadowServer) -> None:
    with shadow.database() as one, shadow.database() as other:
        stranger = msgspec.structs.replace(one.endpoint, dbname=other.name)
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(**stranger.keywords())


def test_it_is_dropped_when_the_block_fails(shadow: ShadowServer, shadow_admin: Admin) -> None:
    held: list[psycopg.Connection[Any]] = []

    def fail() -> None:
        with shadow.database(wanted_roles=["app"]) as scratch:
            held.append(scratch.session())
            held[0].execute("BEGIN; CREATE TABLE public.t (a int)")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    held[0].close()
    assert left(shadow_admin) == []


@pytest.mark.parametrize(
    "obstacle",
    [
        "ALTER DATABASE {name} IS_TEMPLATE true",
        "ALTER DATABASE {name} CONNECTION LIMIT 0",
        "ALTER ROLE {name} PASSWORD 'changed'",
        "ALTER ROLE {name} SET default_transaction_read_only = on",
        "BEGIN; CREATE TABLE public.t (a int); PREPARE TRANSACTION '{name}'",
        "GRANT ALL ON DATABASE {name} TO PUBLIC",
        "CREATE TABLE public.t (a int); GRANT ALL ON public.t TO app",
    ],
)
def test_nothing_that_its_owner_does_keeps_it(
    shadow: ShadowServer, shadow_admin: Admin, obstacle: str
) -> None:
    with shadow.database(wanted_roles=["app"]) as scratch, scratch.session() as conn:
        for statement in obstacle.format(name=scratch.name).split("; "):
            conn.execute(statement)

    assert left(shadow_admin) == []


def test_what_a_dead_process_left_goes_with_the_next_start(
    shadow: ShadowServer, shadow_admin: Admin
) -> None:
    row = shadow_admin.execute("SELECT extract(epoch FROM now())::bigint").fetchone()
    assert row is not None
    old, young = row[0] - LEFTOVER_SECONDS - 5, row[0] - LEFTOVER_SECONDS + 300
    names = [f"{PREFIX}{seconds:010d}_{'ab' * 6}" for seconds in (old, young)]
    with psycopg.connect(**shadow.endpoint.keywords(), autocommit=True) as provisioner:
        for name in names:
            provisioner.execute(f"CREATE ROLE {name} LOGIN")
            provisioner.execute(f"CREATE DATABASE {name} OWNER {name}")
        provisioner.execute(f"CREATE ROLE {PREFIX}{old:010d}_{'cd' * 6}")

        with shadow.database():
            pass

        assert left(shadow_admin) == [names[1]]
        provisioner.execute(f"DROP DATABASE {names[1]}")
        provisioner.execute(f"DROP ROLE {names[1]}")


def test_missing_roles_are_lent_to_all_who_need_them_and_go_with_the_last(
    shadow: ShadowServer, shadow_admin: Admin
) -> None:
    with shadow.database(wanted_roles=["app"]) as one:
        with shadow.database(wanted_roles=["app", "other"]) as two:
            assert (set(one.lent), set(two.lent)) == ({"app"}, {"app", "other"})
            with two.session() as conn:
                conn.execute("CREATE SCHEMA s AUTHORIZATION app")
        assert sorted(name for name in left(shadow_admin) if not name.startswith(PREFIX)) == ["app"]
    assert left(shadow_admin) == []


def test_roles_of_the_server_are_used_but_not_lent(shadow: ShadowServer) -> None:
    with shadow.database(wanted_roles=["provisioner", "pg_monitor"]) as scratch:
        assert scratch.lent == frozenset()


def test_trusted_extensions_are_there_before_the_first_statement(shadow: ShadowServer) -> None:
    with shadow.database(extensions=[WantedExtension("pg_trgm", "ext")]) as scratch:
        with scratch.session() as conn:
            found = conn.execute(
                "SELECT n.nspname, n.nspowner::regrole::text FROM pg_extension AS e"
                " JOIN pg_namespace AS n ON n.oid = extnamespace WHERE extname = 'pg_trgm'"
            ).fetchone()
        assert found == ("ext", scratch.name)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("dblink", 'the extension "dblink" is not allowed on the shadow'),
        ("postgis_sfcgal", 'the extension "postgis_sfcgal" is not installed on the shadow server'),
        ("pg_stat_statements", 'may not create the extension "pg_stat_statements"'),
    ],
)
def test_an_extension_that_cannot_be_had_is_named(
    shadow: ShadowServer, shadow_admin: Admin, name: str, says: str
) -> None:
    with (
        pytest.raises(ShadowError, match=says),
        shadow.database(extensions=[WantedExtension(name)]),
    ):
        pass

    assert left(shadow_admin) == []


def test_an_admin_may_allow_more_extensions(shadow_admin_url: str) -> None:
    shadow = ShadowServer(Endpoint.from_url(shadow_admin_url), more_extensions=["dblink"])

    with shadow.database(extensions=[WantedExtension("dblink")]) as scratch:
        assert "dblink" in scratch.installed.extensions


def test_a_provisioner_without_rights_is_told_what_it_lacks(
    shadow: ShadowServer, shadow_admin: Admin
) -> None:
    shadow_admin.execute("CREATE ROLE weak LOGIN PASSWORD 'weak' CREATEDB")
    try:
        weak = msgspec.structs.replace(shadow.endpoint, user="weak", password="weak")
        server = ShadowServer(weak)
        with pytest.raises(ShadowError, match="lacks CREATEROLE") as refused, server.database():
            pass
        assert refused.value.hint == "ALTER ROLE weak CREATEROLE;"
    finally:
        shadow_admin.execute("DROP ROLE weak")


def test_another_major_than_the_targets_is_refused_by_number(shadow: ShadowServer) -> None:
    other = 17 if shadow.version != 17 else 16

    with pytest.raises(ShadowError, match=f"PostgreSQL {shadow.version}, the target runs {other}"):
        shadow.require(other)


def test_a_server_that_is_not_there_is_a_shadow_error() -> None:
    nowhere = Endpoint(dbname="x", host="/nonexistent", user="x", password="geheim")

    with pytest.raises(ShadowError, match="the shadow server cannot be used") as refused:
        _ = ShadowServer(nowhere).version
    assert "geheim" not in str(refused.value)


def test_it_works_on_every_major(major: int, url_on: Callable[[int], str]) -> None:
    admin = url_on(major)
    with psycopg.connect(admin, autocommit=True) as conn:
        conn.execute("CREATE ROLE maker LOGIN CREATEDB CREATEROLE PASSWORD 'maker'")
        endpoint = msgspec.structs.replace(Endpoint.from_url(admin), user="maker", password="maker")
        try:
            with ShadowServer(endpoint).database(
                wanted_roles=["app"], extensions=[WantedExtension("citext")]
            ) as scratch:
                with scratch.session() as inside:
                    inside.execute("CREATE TABLE public.t (a public.citext)")
                assert (scratch.major, set(scratch.lent)) == (major, {"app"})
            assert left(conn) == []
        finally:
            conn.execute("DROP ROLE maker")
