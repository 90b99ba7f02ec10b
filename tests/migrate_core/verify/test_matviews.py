"""Raw SQL that makes or fills a materialized view anew: its rows are nobody's but its query's."""

from __future__ import annotations

import pytest

from migrate_core.risk.levels import Level
from tests.migrate_core.verify.conftest import Watch

pytestmark = pytest.mark.db

LIVE = """
CREATE TABLE public.invoices (id int PRIMARY KEY, day int NOT NULL, amount int NOT NULL);
INSERT INTO public.invoices SELECT n, n % 7, n FROM generate_series(1, 50) AS n;
CREATE MATERIALIZED VIEW public.turnover AS SELECT day, sum(amount) FROM public.invoices GROUP BY 1;
CREATE UNIQUE INDEX turnover_day ON public.turnover (day);
"""
SMALL = {"public.invoices": (50, 98_304), "public.turnover": (7, 98_304)}
LARGE = {
    "public.invoices": (64_000_000, 11_000_000_000),
    "public.turnover": (64_000_000, 11_000_000_000),
}
ANEW = """
DROP MATERIALIZED VIEW public.turnover;
CREATE MATERIALIZED VIEW public.turnover AS SELECT day, sum(amount), count(*)
  FROM public.invoices GROUP BY 1;
CREATE UNIQUE INDEX turnover_day ON public.turnover (day);
"""


def test_one_that_is_made_anew_is_judged_by_what_it_is_made_of(watch: Watch) -> None:
    small, large = watch(LIVE, ANEW, sizes=SMALL), watch(LIVE, ANEW, sizes=LARGE)

    assert small.level.score <= Level.MEDIUM.score
    assert large.level is Level.HIGH
    assert not {"drops_table_with_data"} & (small.codes | large.codes)


@pytest.mark.parametrize("transaction", [True, False])
def test_one_that_is_refreshed_beside_its_readers_is_no_alarm(
    watch: Watch, transaction: bool
) -> None:
    text = "REFRESH MATERIALIZED VIEW CONCURRENTLY public.turnover"
    stale = LIVE + "UPDATE public.invoices SET amount = 1, day = 9 WHERE day = 3;"

    fresh = watch(LIVE, text, sizes=LARGE, transaction=transaction)
    changed = watch(stale, text, sizes=LARGE, transaction=transaction)

    assert fresh.level.score <= Level.MEDIUM.score, fresh.codes
    assert changed.level.score <= Level.MEDIUM.score, changed.codes


def test_one_that_is_refreshed_while_readers_wait_is_high_where_it_is_large(watch: Watch) -> None:
    text = "REFRESH MATERIALIZED VIEW public.turnover"

    assert watch(LIVE, text, sizes=SMALL).level.score <= Level.MEDIUM.score
    assert watch(LIVE, text, sizes=LARGE).level is Level.HIGH
    emptied = watch(LIVE, f"{text} WITH NO DATA", sizes=SMALL)
    assert emptied.level is Level.DESTRUCTIVE
