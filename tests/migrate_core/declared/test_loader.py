from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from migrate_core.declared import loader
from migrate_core.declared.files import from_text, statements
from migrate_core.declared.schema import DeclaredSchema
from migrate_core.declared.scratch import ShadowServer
from migrate_core.errors import DeclaredError, ShadowError
from migrate_core.pg.names import QualifiedName

pytestmark = pytest.mark.db
Declare = Callable[..., DeclaredSchema]


def tables(declared: DeclaredSchema) -> list[str]:
    return [str(table.name) for table in declared.graph.tables]


def columns(declared: DeclaredSchema, table: str) -> list[str]:
    found = declared.graph.table(QualifiedName.parse(table))
    assert found is not None
    return [column.name for column in found.columns]


def test_files_may_stand_in_any_order(declare: Declare) -> None:
    declared = declare(
        "CREATE VIEW totals AS SELECT user_id, count(*) FROM orders GROUP BY 1;",
        "CREATE TABLE orders (id int PRIMARY KEY, user_id int REFERENCES users (id), s mood);"
        "CREATE INDEX by_user ON orders (user_id);",
        "COMMENT ON COLUMN users.email IS 'unique'; ALTER TABLE users ADD COLUMN email text;",
        "CREATE TABLE app.users (id int);",
        "CREATE TABLE users (id int PRIMARY KEY); CREATE TYPE mood AS ENUM ('ok');",
        "CREATE SCHEMA app;",
    )

    assert tables(declared) == ["app.users", "public.orders", "public.users"]
    assert [str(view.name) for view in declared.graph.views] == ["public.totals"]


def test_a_statement_tried_again_runs_under_the_search_path_of_its_place(declare: Declare) -> None:
    declared = declare(
        "SET search_path = app; CREATE TABLE here (a late.t);",
        "CREATE SCHEMA app; CREATE SCHEMA late; CREATE TYPE late.t AS ENUM ('x');",
        "CREATE TABLE there (a int);",
    )

    assert tables(declared) == ["app.here", "public.there"]


@pytest.mark.parametrize(
    "early",
    [
        "DROP TABLE t;",
        "ALTER TABLE t DROP COLUMN a;",
        "ALTER TABLE t RENAME TO u;",
        "DO $$ BEGIN DROP TABLE t; END $$;",
    ],
)
def test_what_takes_away_is_never_tried_again(declare: Declare, early: str) -> None:
    with pytest.raises(DeclaredError, match=r"a\.sql:1:\d+: .*does not exist"):
        declare(early, "CREATE TABLE t (a int, b int);")


def test_what_stays_missing_is_told_with_file_line_and_column(declare: Declare) -> None:
    with pytest.raises(DeclaredError) as refused:
        declare(
            "SELECT 1;\nCREATE TABLE t (\n  a int,\n  b nope\n);\nCREATE VIEW v AS SELECT * FROM t;"
        )

    error = refused.value
    assert (error.file, error.line, error.column, error.sqlstate) == ("a.sql", 4, 5, "42704")
    assert error.message == 'a.sql:4:5: type "nope" does not exist'
    assert "1 more statements wait" in error.detail


def test_columns_are_counted_in_characters_after_a_byte_order_mark(declare: Declare) -> None:
    with pytest.raises(DeclaredError, match=r"a\.sql:1:19: syntax error"):
        declare("\ufeffSELECT 'é😀' AS x; nonsense")


def test_any_other_error_stops_at_once(declare: Declare) -> None:
    with pytest.raises(DeclaredError) as refused:
        declare("CREATE TABLE a (b int);\nCREATE TABLE a (c int);", "SELECT nope;")

    assert (refused.value.line, refused.value.sqlstate) == (2, "42P07")


def test_a_transaction_of_the_file_is_kept(declare: Declare) -> None:
    declared = declare(
        "CREATE SCHEMA app; BEGIN; SET LOCAL search_path = app;"
        " CREATE TABLE inside (a int); COMMIT;"
        "CREATE TABLE outside (a int);"
        "START TRANSACTION; CREATE TABLE undone (a int); ROLLBACK;"
    )

    assert tables(declared) == ["app.inside", "public.outside"]


def test_inside_a_transaction_statements_wait_too(declare: Declare) -> None:
    declared = declare(
        "BEGIN; CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (t mood); COMMIT;",
        "CREATE TYPE mood AS ENUM ('x');",
    )

    assert tables(declared) == ["public.a", "public.b"]


def test_what_waits_in_a_transaction_that_is_rolled_back_is_forgotten(declare: Declare) -> None:
    declared = declare(
        "CREATE TABLE a (id int); BEGIN; CREATE TABLE b (t mood); ROLLBACK;",
        "CREATE TYPE mood AS ENUM ('x');",
    )

    assert tables(declared) == ["public.a"]


def test_a_transaction_without_an_end_is_refused(declare: Declare) -> None:
    with pytest.raises(DeclaredError, match=r"a\.sql:2:1: the transaction that begins here"):
        declare("CREATE TABLE a (b int);\nBEGIN;\nCREATE TABLE c (d int);", "SELECT 1;")


def test_each_file_starts_with_the_same_settings(declare: Declare) -> None:
    declared = declare(
        "CREATE SCHEMA app; SET search_path = app; SET check_function_bodies = on;"
        " SET TimeZone = 'Asia/Tokyo'; CREATE TEMP TABLE b (x int);",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT nope';"
        "CREATE TABLE b (t timestamptz DEFAULT '2020-01-01 00:00');",
    )

    (table,) = declared.graph.tables
    assert table.name == QualifiedName("public", "b")
    assert table.columns[0].default == "'2020-01-01 00:00:00+00'::timestamp with time zone"


def test_concurrent_indexes_may_be_declared(declare: Declare) -> None:
    declared = declare("CREATE TABLE t (a int); CREATE INDEX CONCURRENTLY i ON t (a);")

    assert [index.name for index in declared.graph.tables[0].indexes] == ["i"]


def test_text_with_percent_signs_and_other_lines_is_loaded_as_it_is(declare: Declare) -> None:
    declared = declare("CREATE TABLE t (a text DEFAULT '100%s %(x)s {y}');")

    assert declared.graph.tables[0].columns[0].default == "'100%s %(x)s {y}'::text"


def test_rows_of_a_select_are_not_kept_and_need_not_be_convertible(declare: Declare) -> None:
    declared = declare(
        "SELECT 'infinity'::date, '99999-01-01'::timestamp, '{1}'::int[], repeat('x', 100000)"
        " FROM generate_series(1, 2000);"
        "CREATE TABLE t (a int); INSERT INTO t VALUES (1) RETURNING a;"
    )

    assert tables(declared) == ["public.t"]


@pytest.mark.parametrize("head", ["WITH x AS (SELECT 1)", ""])
def test_statements_without_rows_after_with_are_fine(declare: Declare, head: str) -> None:
    declared = declare(f"CREATE TABLE t (a int); {head} INSERT INTO t SELECT 1;")

    assert tables(declared) == ["public.t"]


def test_two_statements_never_run_as_one(declare: Declare) -> None:
    with pytest.raises(DeclaredError, match="syntax error"):
        declare("CREATE TABLE t (a int)) ; DROP TABLE t;")


def test_another_client_encoding_is_told(declare: Declare) -> None:
    with pytest.raises(DeclaredError, match=r"a\.sql:2:1: the file changes client_encoding"):
        declare("SET client_encoding = 'LATIN1';\nSELECT '😀';")


def test_what_never_ends_is_ended_by_the_clock(shadow: ShadowServer) -> None:
    endless = (
        "SET statement_timeout = 0;"
        "DO $$ BEGIN LOOP BEGIN PERFORM pg_sleep(60); EXCEPTION WHEN query_canceled THEN NULL;"
        " END; END LOOP; END $$;"
    )
    found, _ = statements(from_text([("a.sql", endless)]))

    with (
        shadow.database() as scratch,
        pytest.raises(DeclaredError, match=r"took longer than 0\.3 seconds"),
    ):
        loader.load(scratch, found, shadow, seconds=0.3)


def test_a_server_that_keeps_the_scratch_login_out_is_a_shadow_error(shadow: ShadowServer) -> None:
    found, _ = statements(from_text([("a.sql", "SELECT 1;")]))
    with shadow.database() as scratch:
        wrong = msgspec.structs.replace(scratch.endpoint, password="wrong")
        with pytest.raises(ShadowError, match="does not let the scratch login in"):
            loader.load(msgspec.structs.replace(scratch, endpoint=wrong), found, shadow)


def test_ending_its_own_session_is_a_declared_error(declare: Declare) -> None:
    with pytest.raises(DeclaredError, match=r"terminating connection|was lost"):
        declare("SELECT pg_terminate_backend(pg_backend_pid());", "SELECT 1;")


DUMP = (
    "\\restrict abc\n\nSET statement_timeout = 0;\nSET lock_timeout = 0;\n"
    "SET no_such_setting_here = 0;\nSET client_encoding = 'UTF8';\n"
    "SELECT pg_catalog.set_config('search_path', '', false);\nSET row_security = off;\n"
    "CREATE SCHEMA public;\nALTER SCHEMA public OWNER TO pg_database_owner;\n"
    "COMMENT ON SCHEMA public IS 'standard public schema';\n"
    "CREATE SCHEMA ext;\nALTER SCHEMA ext OWNER TO boss;\n"
    "CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA ext;\n"
    "COMMENT ON EXTENSION pg_trgm IS 'text similarity';\n"
    "SET default_tablespace = '';\nSET default_table_access_method = heap;\n"
    "CREATE TABLE public.users (id integer NOT NULL, email text);\n"
    "ALTER TABLE public.users OWNER TO boss;\n"
    "CREATE SEQUENCE public.users_id_seq AS integer START WITH 1 INCREMENT BY 1 CACHE 1;\n"
    "ALTER SEQUENCE public.users_id_seq OWNED BY public.users.id;\n"
    "ALTER TABLE ONLY public.users ALTER COLUMN id"
    " SET DEFAULT nextval('public.users_id_seq'::regclass);\n"
    "ALTER TABLE ONLY public.users ADD CONSTRAINT users_pkey PRIMARY KEY (id);\n"
    "CREATE INDEX trgm ON public.users USING gin (email ext.gin_trgm_ops);\n"
    "CREATE POLICY own ON public.users TO app_user USING ((email = CURRENT_USER));\n"
    "REVOKE USAGE ON SCHEMA public FROM PUBLIC;\nGRANT ALL ON SCHEMA public TO PUBLIC;\n"
    "GRANT SELECT ON TABLE public.users TO app_user;\n"
    "ALTER DEFAULT PRIVILEGES FOR ROLE postgres IN SCHEMA public"
    " GRANT ALL ON TABLES TO app_user;\n"
    "ALTER DEFAULT PRIVILEGES FOR ROLE boss GRANT ALL ON TABLES TO app_user;\n"
    "\\unrestrict abc\n"
)


def test_a_dump_of_everything_is_loaded_as_it_is(declare: Declare) -> None:
    declared = declare(DUMP)

    (users,) = declared.graph.tables
    assert columns(declared, "public.users") == ["id", "email"]
    assert users.policies[0].roles == ("app_user",)
    assert [extension.name for extension in declared.graph.extensions] == ["pg_trgm"]
    said = "\n".join(declared.notes)
    for words in (
        "extension pg_trgm was created beforehand",
        "ALTER TABLE public.users OWNER TO boss passed over",
        "COMMENT ON EXTENSION pg_trgm",
        "SET no_such_setting_here = 0 passed over",
        "default privileges of postgres passed over",
        "schema public exists already",
        "schema ext exists already",
        "psql's \\restrict passed over",
    ):
        assert words in said
