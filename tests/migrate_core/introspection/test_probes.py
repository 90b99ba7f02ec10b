from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
from psycopg import Connection
from psycopg.pq import TransactionStatus

from migrate_core.introspection.probes import SAMPLES, ask
from migrate_core.risk.facts import Answer, Probe

pytestmark = pytest.mark.db
MakeDb = Callable[..., Connection]

ROWS = "CREATE TABLE t AS SELECT n FROM generate_series(1, 20) AS n"
SLOW = "SELECT count(*) FROM pg_sleep(30)"


def probe(query: str, sample: str | None = None) -> Probe:
    return Probe(fact="fact", query=query, question="rows", sample=sample)


def answer(db: Connection, query: str, sample: str | None = None, timeout_ms: int = 200) -> Answer:
    (found,) = ask(db, [probe(query, sample)], timeout_ms=timeout_ms)
    return found


def test_a_count_comes_with_a_few_of_the_rows(make_db: MakeDb) -> None:
    found = answer(
        make_db(ROWS),
        "SELECT count(*) FROM public.t WHERE n > 5",
        "SELECT n FROM public.t WHERE n > 5 ORDER BY n",
    )

    assert found.count == 15
    assert found.sample == ("6", "7", "8", "9", "10")
    assert len(found.sample) == SAMPLES
    assert (found.error, found.blocks, found.question) == ("", True, "rows")
    assert found.elapsed_ms > 0


def test_no_rows_need_no_sample(make_db: MakeDb) -> None:
    found = answer(make_db(ROWS), "SELECT count(*) FROM public.t WHERE n < 0", "SELECT 1/0")

    assert (found.count, found.sample) == (0, ())


def test_a_probe_that_takes_too_long_is_unknown(make_db: MakeDb) -> None:
    found = answer(make_db(), SLOW, timeout_ms=20)

    assert (found.count, found.error) == (None, "it took longer than 20 ms")


def test_a_probe_that_would_wait_for_a_lock_is_unknown(make_db: MakeDb) -> None:
    db = make_db(ROWS)
    with psycopg.connect(db.info.dsn, password=db.info.password) as other:
        other.execute("LOCK TABLE t")
        found = answer(db, "SELECT count(*) FROM public.t", timeout_ms=20)

    assert found.count is None
    assert found.error in (
        "it took longer than 20 ms",
        "the table was locked for longer than 20 ms",
    )


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("SELECT count(*) FROM public.missing", 'relation "public.missing" does not exist'),
        ("SELECT count(*) FROM t", 'relation "t" does not exist'),  # the path is empty
        ("DELETE FROM public.t", "cannot execute DELETE in a read-only transaction"),
        ("SELECT NULL::bigint", "it gave no answer"),
    ],
)
def test_a_probe_that_fails_is_unknown_and_says_why(
    make_db: MakeDb, query: str, error: str
) -> None:
    found = answer(make_db(ROWS), query)

    assert (found.count, found.error) == (None, error)


def test_one_that_fails_leaves_the_others_be(make_db: MakeDb) -> None:
    two = probe("SELECT count(*) FROM public.t WHERE n < 3")

    found = ask(make_db(ROWS), [two, probe("SELECT 1/0"), probe(SLOW), two], timeout_ms=50)

    assert [each.count for each in found] == [2, None, None, 2]


def test_a_sample_that_fails_leaves_the_count(make_db: MakeDb) -> None:
    found = answer(make_db(ROWS), "SELECT count(*) FROM public.t", "SELECT 1/0")

    assert (found.count, found.sample) == (20, ())


def test_inside_a_transaction_it_goes_on_after_a_failure(make_db: MakeDb) -> None:
    db = make_db(ROWS)
    with db.transaction():
        db.execute("INSERT INTO t VALUES (0)")

        found = ask(db, [probe("SELECT 1/0"), probe("SELECT count(*) FROM public.t")])

        assert [each.count for each in found] == [None, 21]
        assert db.info.transaction_status is TransactionStatus.INTRANS
        assert db.execute("SHOW statement_timeout").fetchone() == ("0",)
        db.execute("INSERT INTO t VALUES (0)")  # it may still write


def test_a_lost_connection_is_an_error(make_db: MakeDb) -> None:
    db = make_db()
    with psycopg.connect(db.info.dsn, password=db.info.password, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [db.info.backend_pid])

    with pytest.raises(psycopg.OperationalError):
        answer(db, "SELECT 1")


@pytest.mark.parametrize(
    ("query", "fails", "error"),
    [
        ("SELECT count(*) FROM public.t WHERE 1 / (n - 7) > 0", True, "division by zero"),
        (
            "SELECT count(*) FROM public.t WHERE ('no ' || n)::integer > 0",
            True,
            'invalid input syntax for type integer: "..."',
        ),
        ("SELECT count(*) FROM pg_sleep(30)", False, "it took longer than 200 ms"),
        (
            "SELECT nextval('public.s')",
            False,
            "cannot execute nextval() in a read-only transaction",
        ),
    ],
)
def test_an_error_of_a_row_is_an_answer(
    make_db: MakeDb, query: str, fails: bool, error: str
) -> None:
    found = answer(make_db(ROWS + "; CREATE SEQUENCE s"), query)

    assert (found.count, found.fails, found.error) == (None, fails, error)
    assert found.is_unknown is not fails
