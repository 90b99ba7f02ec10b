"""What raw SQL makes anew, beside what was there before it."""

from __future__ import annotations

import pytest

from migrate_core.operations.registry import make
from migrate_core.planning.verified import judged
from migrate_core.risk.levels import Level
from migrate_core.verify.options import Rehearsing
from tests.migrate_core.verify.conftest import MakeStory, Watch

pytestmark = pytest.mark.db
LIVE = """
CREATE TABLE public.customers (id integer PRIMARY KEY, who text);
CREATE TABLE public.orders (id integer PRIMARY KEY,
    customer integer CONSTRAINT fk REFERENCES public.customers (id));
CREATE INDEX orders_customer ON public.orders (customer);
INSERT INTO public.customers VALUES (1, 'a'); INSERT INTO public.orders VALUES (7, 1);
ALTER TABLE public.customers ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON public.customers USING (who = current_user);
CREATE VIEW public.mine WITH (security_invoker) AS SELECT id FROM public.customers;
GRANT SELECT ON public.mine, public.customers TO PUBLIC;
CREATE FUNCTION public.refund(integer) RETURNS void LANGUAGE sql SECURITY DEFINER
    SET search_path = pg_catalog AS 'DELETE FROM public.orders WHERE id = $1';
CREATE FUNCTION public.fee(integer) RETURNS integer LANGUAGE sql AS 'SELECT $1';
REVOKE EXECUTE ON FUNCTION public.refund, public.fee FROM PUBLIC;
"""
DROP = "ALTER TABLE public.orders DROP CONSTRAINT fk"
ADD = """ALTER TABLE public.orders ADD CONSTRAINT fk
    FOREIGN KEY (customer) REFERENCES public.customers (id) ON DELETE CASCADE NOT VALID"""
REFUND = """DROP FUNCTION public.refund;
    CREATE FUNCTION public.refund(integer) RETURNS void LANGUAGE sql
    SECURITY DEFINER SET search_path = pg_catalog AS 'SELECT';"""
WATCH = """CREATE FUNCTION public.look() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_notify('orders', NEW.id::text); RETURN NULL; END $$;
    CREATE TRIGGER look BEFORE INSERT ON public.orders
    FOR EACH ROW EXECUTE FUNCTION public.look();"""
REPLACE = "CREATE OR REPLACE VIEW public.mine {}AS SELECT id, who FROM public.customers"


@pytest.mark.parametrize(
    ("code", "sql"),
    [
        ("begins_to_cascade", f"{DROP}; {ADD}"),
        (
            "stops_guarding",
            REPLACE.format(""),
        ),
        (
            "stops_guarding",
            "DROP VIEW public.mine; CREATE VIEW public.mine AS SELECT who FROM public.customers;"
            " GRANT SELECT ON public.mine TO PUBLIC",
        ),
        ("lends_owners_rights", REFUND),
        ("lends_owners_rights", REFUND.replace("(integer)", "(integer, text)")),
        ("swallows_writes", WATCH),
    ],
)
def test_what_is_worse_than_before(code: str, sql: str, watch: Watch) -> None:
    seen = watch(LIVE, sql)

    assert seen.level is Level.HIGH
    assert seen.reason(code).level is Level.HIGH


@pytest.mark.parametrize(
    "sql",
    [
        f"{DROP}; {ADD.replace('ON DELETE CASCADE', '')}",
        REPLACE.format("WITH (security_invoker) "),
        REFUND + "REVOKE EXECUTE ON FUNCTION public.refund FROM PUBLIC",
        WATCH.replace("RETURN NULL", "RETURN NEW"),
    ],
)
def test_what_is_made_anew_as_it_was(sql: str, watch: Watch) -> None:
    seen = watch(LIVE, sql)

    assert seen.level.score <= Level.MEDIUM.score


def test_a_plain_function_opens_nothing_but_itself(watch: Watch) -> None:
    again = "CREATE FUNCTION public.fee(integer) RETURNS integer LANGUAGE sql AS 'SELECT $1 + 1'"
    seen = watch(LIVE, f"DROP FUNCTION public.fee; {again}")

    assert seen.reason("widens_access").level is Level.MEDIUM
    assert seen.level is Level.MEDIUM


def test_a_key_that_goes_in_a_step_before(make_story: MakeStory) -> None:
    """Outside a transaction each statement is a step."""
    story = make_story(LIVE, LIVE)
    scripts = (make("rawSql", sql=sql, down="SELECT 1", transaction=False) for sql in (DROP, ADD))
    plan = story.plan(*scripts)

    report = story.verify(plan, options=Rehearsing(rows=10), declared=None, wanted=story.found)

    assert report.ok, report
    drop, add = judged(plan, report.verified).steps
    assert "begins_to_cascade" not in drop.verdict.codes
    assert "begins_to_cascade" in add.verdict.codes
    assert add.verdict.level is Level.HIGH
