"""What declared SQL must not be able to do, tried as a stranger would try it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from migrate_core.declared.roles import MARK
from migrate_core.declared.schema import DeclaredSchema
from migrate_core.errors import DeclaredError, MigrateError

pytestmark = pytest.mark.db
Declare = Callable[..., DeclaredSchema]


def as_me(statement: str) -> str:
    """Dynamic SQL, in which a statement can name the login that runs it."""
    return f"DO $$ BEGIN EXECUTE format('{statement}', current_user); END $$;"


ESCAPES = {
    "run a program by COPY FROM": "CREATE TABLE t (a text); COPY t FROM PROGRAM 'id';",
    "run a program by COPY TO": "CREATE TABLE t (a text); COPY t TO PROGRAM 'cat';",
    "read a file by COPY": "CREATE TABLE t (a text); COPY t FROM '/etc/passwd';",
    "write a file by COPY": "CREATE TABLE t (a text); COPY t TO '/tmp/zanith_escape';",
    "run a program in a DO block": as_me("COPY pg_class TO PROGRAM ''cat''"),
    "read a file by function": "SELECT pg_read_file('/etc/passwd');",
    "read bytes of a file": "SELECT pg_read_binary_file('PG_VERSION');",
    "list a folder": "SELECT pg_ls_dir('.');",
    "list the log folder": "SELECT pg_ls_logdir();",
    "stat a file": "SELECT pg_stat_file('PG_VERSION');",
    "import a file as a large object": "SELECT lo_import('/etc/passwd');",
    "export a large object to a file": "SELECT lo_export(lo_create(0), '/tmp/zanith_escape');",
    "become the superuser": "SET ROLE postgres;",
    "become the provisioner": "SET ROLE provisioner;",
    "change the session's user": "SET SESSION AUTHORIZATION postgres;",
    "change the session's user by a setting": "SELECT set_config('role', 'postgres', false);",
    "make a role": "CREATE ROLE eve;",
    "make a superuser": "CREATE USER eve SUPERUSER;",
    "raise itself": as_me("ALTER ROLE %I SUPERUSER"),
    "raise itself to make roles": as_me("ALTER ROLE %I CREATEROLE"),
    "bypass row security": as_me("ALTER ROLE %I BYPASSRLS"),
    "change another role's password": "ALTER ROLE provisioner PASSWORD 'x';",
    "drop another role": "DROP ROLE provisioner;",
    "join a powerful role": as_me("GRANT pg_execute_server_program TO %I"),
    "join the provisioner": as_me("GRANT provisioner TO %I"),
    "change a server setting": "ALTER SYSTEM SET archive_command = 'id';",
    "reload the server's settings": "SELECT pg_reload_conf();",
    "set what a superuser sets": "SET session_preload_libraries = 'x';",
    "turn triggers and foreign keys off": "SET session_replication_role = replica;",
    "set another role's settings": "ALTER ROLE postgres SET search_path = 'x';",
    "set every role's settings": "ALTER ROLE ALL SET search_path = 'x';",
    "make a database": "CREATE DATABASE eve;",
    "drop another database": "DROP DATABASE postgres;",
    "change another database": "ALTER DATABASE postgres SET search_path = 'x';",
    "take another database": as_me("ALTER DATABASE postgres OWNER TO %I"),
    "rename its own database": as_me("ALTER DATABASE %I RENAME TO eve"),
    "make a tablespace": "CREATE TABLESPACE eve LOCATION '/tmp';",
    "load a library": "LOAD '/tmp/eve.so';",
    "make a function in C": "CREATE FUNCTION f() RETURNS int LANGUAGE c"
    " AS '/lib/x86_64-linux-gnu/libc.so.6', 'getpid';",
    "make an internal function": "CREATE FUNCTION f(text) RETURNS text"
    " LANGUAGE internal AS 'pg_read_file_all';",
    "add an untrusted language": "CREATE EXTENSION plpython3u;",
    "reach out by dblink": "CREATE EXTENSION dblink;",
    "reach out by postgres_fdw": "CREATE EXTENSION postgres_fdw;",
    "read files by file_fdw": "CREATE EXTENSION file_fdw;",
    "add an untrusted extension unseen": "DO $$ BEGIN EXECUTE 'CREATE EXTENSION dblink'; END $$;",
    "make an event trigger": "CREATE FUNCTION f() RETURNS event_trigger LANGUAGE plpgsql"
    " AS $$ BEGIN END $$;"
    " CREATE EVENT TRIGGER e ON ddl_command_start EXECUTE FUNCTION f();",
    "make a subscription": "CREATE SUBSCRIPTION s CONNECTION 'host=127.0.0.1' PUBLICATION p;",
    "make a foreign data wrapper": "CREATE FOREIGN DATA WRAPPER w;",
    "read passwords": "SELECT * FROM pg_authid;",
    "read passwords of foreign servers": "SELECT umoptions FROM pg_user_mapping;",
    "read the server's files through its settings": "SELECT * FROM pg_hba_file_rules;",
    "change a system catalog": "UPDATE pg_class SET relname = relname;",
    "make a cast of system types": "CREATE CAST (text AS point) WITH INOUT;",
    "end another's session": "SELECT 1 / (SELECT pg_terminate_backend(pid)::int"
    " FROM pg_stat_activity WHERE usename <> current_user AND usename IS NOT NULL LIMIT 1);",
    "write the log of replication": "SELECT pg_create_logical_replication_slot('eve', 'pgoutput');",
    "switch the write-ahead log": "SELECT pg_switch_wal();",
    "force a checkpoint": "CHECKPOINT;",
    "leave a prepared transaction": "BEGIN; CREATE TABLE t (a int); PREPARE TRANSACTION 'eve';",
    "include a file by psql": "\\i /etc/passwd\n",
    "run a program by psql": "\\! id\n",
}


def server_state(admin: psycopg.Connection[Any]) -> list[tuple[Any, ...]]:
    """Everything outside scratch databases that a statement could have changed."""
    return admin.execute(
        "SELECT 'role', rolname::text, rolsuper::text || rolconfig::text FROM pg_roles"
        " WHERE rolname NOT LIKE 'zanith_shadow_%'"
        " UNION ALL SELECT 'database', datname, datdba::regrole::text FROM pg_database"
        " WHERE datname NOT LIKE 'zanith_shadow_%'"
        " UNION ALL SELECT 'member', roleid::regrole::text, member::regrole::text"
        " FROM pg_auth_members WHERE member::regrole::text NOT LIKE 'zanith_shadow_%'"
        " AND roleid::regrole::text NOT LIKE 'zanith_shadow_%'"
        " UNION ALL SELECT 'setting', setdatabase::text, setconfig::text FROM pg_db_role_setting"
        " UNION ALL SELECT 'prepared', gid, database FROM pg_prepared_xacts ORDER BY 1, 2, 3"
    ).fetchall()


@pytest.mark.parametrize("sql", ESCAPES.values(), ids=ESCAPES.keys())
def test_declared_sql_cannot(
    declare: Declare, shadow_admin: psycopg.Connection[Any], sql: str
) -> None:
    before = server_state(shadow_admin)

    with pytest.raises(MigrateError):
        declare(sql)

    assert server_state(shadow_admin) == before


def test_there_are_as_many_as_were_promised() -> None:
    assert len(ESCAPES) >= 45


def test_a_view_and_a_function_that_wait_for_a_privileged_reader_find_none(
    declare: Declare, shadow_admin: psycopg.Connection[Any]
) -> None:
    """Everything that introspection could touch tries to act as whoever touches it."""
    trap = (
        "CREATE FUNCTION trap() RETURNS int LANGUAGE plpgsql AS $$ BEGIN"
        " EXECUTE 'ALTER ROLE ' || quote_ident(session_user) || ' SET work_mem = ''1234kB''';"
        " CREATE ROLE trapped; RETURN 1;"
        " EXCEPTION WHEN insufficient_privilege THEN RETURN 0; END $$;"
        "CREATE FUNCTION lower(name) RETURNS text LANGUAGE sql AS 'SELECT trap()::text';"
        "CREATE FUNCTION format_type(oid, int) RETURNS text LANGUAGE sql AS 'SELECT trap()::text';"
        "CREATE VIEW pg_class AS SELECT trap() AS oid;"
        "CREATE TABLE t (a int DEFAULT trap(), CHECK (trap() = a));"
        "CREATE INDEX i ON t (abs(a));"
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = public, pg_catalog',"
        " current_database()); END $$;"
    )

    declared = declare(trap)

    assert [str(table.name) for table in declared.graph.tables] == ["public.t"]
    found = shadow_admin.execute(
        "SELECT FROM pg_roles WHERE rolname = 'trapped'"
        " OR array_to_string(rolconfig, ',') LIKE '%1234kB%'"
    )
    assert found.fetchall() == []


def test_a_role_of_the_server_is_never_lent(declare: Declare) -> None:
    with pytest.raises(DeclaredError, match=r"permission denied|must be"):
        declare("CREATE SCHEMA s AUTHORIZATION provisioner;")


def test_a_role_with_rights_of_its_own_is_not_lent_even_if_it_carries_our_mark(
    declare: Declare, shadow_admin: psycopg.Connection[Any]
) -> None:
    shadow_admin.execute("CREATE ROLE forged SUPERUSER NOLOGIN")
    shadow_admin.execute(f"COMMENT ON ROLE forged IS '{MARK}'")
    try:
        with pytest.raises(DeclaredError, match=r"permission denied|must be"):
            declare("GRANT SELECT ON ALL TABLES IN SCHEMA public TO forged; SET ROLE forged;")
    finally:
        shadow_admin.execute("DROP ROLE forged")
