from __future__ import annotations

from migrate_core.verify.dump import normal, ours_in, without_ours

LEDGER = """
CREATE SCHEMA _zanith_archive;
CREATE TABLE public._zanith_events (seq bigint NOT NULL, detail text DEFAULT 'a, b; c'::text);
CREATE FUNCTION public._zanith_guard() RETURNS trigger
    LANGUAGE plpgsql AS $$ BEGIN RAISE 'x'; END $$;
ALTER TABLE ONLY public._zanith_events ADD CONSTRAINT _zanith_events_pkey PRIMARY KEY (seq);
COMMENT ON COLUMN public.users._zanith_dropped_a_12345678 IS 'parked';
CREATE INDEX _zanith_dropped_i_12345678 ON public.users USING btree (_zanith_dropped_a_12345678);
"""
USERS = """
CREATE TABLE public.users (
    id integer NOT NULL,
    price numeric(10,2) DEFAULT 1.5,
    _zanith_dropped_a_12345678 numeric(3,1),
    email text DEFAULT 'x, (y)'::text,
    CONSTRAINT _zanith_dropped_c_12345678 CHECK ((id > 0)),
    CONSTRAINT users_email_check CHECK ((length(email) > 3)),
    _zanith_dropped_b_12345678 text
);
"""
CLEAN = """CREATE TABLE public.users (
    id integer NOT NULL,
    price numeric(10,2) DEFAULT 1.5,
    email text DEFAULT 'x, (y)'::text,
    CONSTRAINT users_email_check CHECK ((length(email) > 3))
);
"""


def test_nothing_of_ours_is_left_in_a_baseline() -> None:
    assert without_ours(LEDGER + USERS) == CLEAN


def test_parked_objects_that_a_plan_speaks_of_are_kept() -> None:
    kept = without_ours(USERS, keep={"_zanith_dropped_a_12345678"})

    assert "_zanith_dropped_a_12345678 numeric(3,1)" in kept
    assert "_zanith_dropped_b_12345678" not in kept


def test_the_names_a_plan_speaks_of_are_found_in_its_sql() -> None:
    sql = 'ALTER TABLE public.users RENAME "_zanith_dropped_a_12345678" TO a'

    assert ours_in([sql, "SELECT '_zanith_x'"]) == {"_zanith_dropped_a_12345678"}


def test_a_view_over_the_ledger_is_not_ours() -> None:
    view = "CREATE VIEW public.report AS SELECT id FROM public._zanith_migrations;\n"

    assert without_ours(view) == view


def test_the_order_of_columns_constraints_and_objects_is_no_difference() -> None:
    s = "CREATE TABLE s (x int);"
    one = f"CREATE TABLE t (\n    a int,\n    b text,\n    CONSTRAINT c CHECK (a > 0)\n);\n{s}"
    other = f"-- why\n{s}\nCREATE TABLE t (CONSTRAINT c CHECK (a > 0), b text, a int);"

    assert normal(one) == normal(other)


def test_session_lines_restrict_lines_and_ours_are_left_out() -> None:
    noise = (
        "\\restrict abc\nSET statement_timeout = 0;\n"
        "SELECT pg_catalog.set_config('search_path', '', false);\n"
    )

    assert normal(noise + LEDGER + USERS + "\\unrestrict abc\n") == normal(CLEAN)


def test_names_of_not_null_constraints_are_no_difference() -> None:
    named = 'CREATE TABLE t (a int CONSTRAINT "old name" NOT NULL, b text CONSTRAINT x NOT NULL);'

    assert normal(named) == normal("CREATE TABLE t (a int NOT NULL, b text NOT NULL);")


def test_a_real_difference_stays_one() -> None:
    assert normal("CREATE TABLE t (a int);") != normal("CREATE TABLE t (a bigint);")
    assert normal("CREATE TABLE t (a int) WITH (fillfactor='70');") != normal(
        "CREATE TABLE t (a int);"
    )
    assert normal("CREATE VIEW v AS SELECT 1;") != normal("CREATE VIEW v AS SELECT 2;")
