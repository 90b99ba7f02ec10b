from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate_core.declared.files import make_file
from migrate_core.declared.outside import why_outside
from migrate_core.declared.spelling import Spelling, spelling, visible
from migrate_core.declared.statements import Statement, split
from migrate_core.errors import ShadowError
from migrate_core.pg.lexer import UnterminatedError

S = Spelling("public", "_zanith_shadow_1_ab", frozenset({"citext"}))
X = S.scratch


@pytest.mark.parametrize(
    ("sql", "there"),
    [
        ("SELECT public.f(public.t.a) FROM public . t", "SELECT @.f(@.t.a) FROM @ . t"),
        ('ALTER TABLE "public"."T x" ADD a int', 'ALTER TABLE @."T x" ADD a int'),
        ("TABLE t (a public.citext, b public.c)", "TABLE t (a public.citext, b @.c)"),
        ("SELECT nextval('public.s'::regclass)", "SELECT nextval('@.s'::regclass)"),
        ("SELECT nextval('\"public\".s'::regclass)", "SELECT nextval('@.s'::regclass)"),
        ("CREATE SCHEMA IF NOT EXISTS public", "CREATE SCHEMA IF NOT EXISTS @"),
        ("GRANT USAGE ON SCHEMA public TO PUBLIC", "GRANT USAGE ON SCHEMA @ TO PUBLIC"),
        ("CREATE POLICY p ON public.t TO public", "CREATE POLICY p ON @.t TO public"),
        ("SET search_path = public, pg_catalog", "SET search_path = @, pg_catalog"),
        ("SET search_path TO 'public', ext", "SET search_path TO '@', ext"),
        ("set_config('search_path', 'public, e')", "set_config('search_path', '@, e')"),
        ("AS $b$ SELECT public.g('it''s') $b$", "AS $b$ SELECT @.g('it''s') $b$"),
        ("AS 'SELECT public.t(a, ''x'')'", "AS 'SELECT @.t(a, ''x'')'"),
        ("DO $$ 'public.t'::regclass $$", "DO $$ '@.t'::regclass $$"),
        ("'public', (r).public.x, a.public -- public.t",) * 2,
        ("SELECT PUBLIC.a FROM Public.t", "SELECT @.a FROM @.t"),
    ],
)  # fmt: skip
def test_names_of_the_schema_are_respelt_and_nothing_else(sql: str, there: str) -> None:
    assert S.there(sql) == there.replace("@", X)


@given(st.text(alphabet="public. '\"$;\\()=,xPE\n", max_size=60))
def test_writing_it_back_restores_any_text(text: str) -> None:
    spelt = Spelling("public", "_zanith_shadow_1_ab")
    try:
        there = spelt.there(text)
    except UnterminatedError:
        return

    folded = spelt.back(there).replace('"', "").lower()
    assert folded.split() == text.replace('"', "").lower().split() or "search_path" in text


def test_both_spellings_of_the_scratch_schema_are_written_back() -> None:
    assert S.back(f"{X}.t, {visible(X)}.u") == "public.t, public.u"


def test_a_name_that_needs_quotes_is_refused() -> None:
    with pytest.raises(ShadowError, match='cannot stand for "My schema"'):
        spelling("My schema", X)


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("CREATE PUBLICATION p FOR ALL TABLES", "is about a publication"),
        ("CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f()", "an event trigger"),
        ("CREATE CAST (a AS b) WITHOUT FUNCTION", "a cast"),
        ("CREATE EXTENSION IF NOT EXISTS hstore", "an extension"),
        ("DROP EXTENSION pg_trgm", "an extension"),
        ("ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO x", "default privileges"),
        ("CREATE OR REPLACE TRUSTED LANGUAGE l", "a trusted language"),
        ("CREATE FOREIGN DATA WRAPPER w", "a foreign data wrapper"),
        ("ALTER DATABASE d SET x = 1", "a database"),
        ("CREATE ROLE r", "a role"),
        ("CREATE SCHEMA other", "another schema than public"),
        ("CREATE SCHEMA public", ""),
        ("CREATE EXTENSION pg_trgm", ""),
        ("CREATE TABLE public.server (a int)", ""),
        ("CREATE OR REPLACE FUNCTION role() RETURNS int LANGUAGE sql AS 'SELECT 1'", ""),
    ],
)
def test_what_lies_in_no_schema_is_named(sql: str, says: str) -> None:
    (statement,) = split(make_file("x", sql.encode()))
    assert isinstance(statement, Statement)

    why = why_outside(statement, "public", {"pg_trgm"})

    assert says in why
    assert bool(says) == bool(why)
