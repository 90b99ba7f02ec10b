"""How long work is foretold to take, and how it is said."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate_core.pg.ddl import Stage, StageMode, Statement
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.risk.estimates import between, estimate
from migrate_core.risk.facts import Facts, TableSize
from migrate_core.risk.rates import MB, Rates, WorkKind

ORDERS = QualifiedName("public", "orders")
EXCLUSIVE = LockMode.ACCESS_EXCLUSIVE


def facts(size: int | None, rates: Rates | None = None) -> Facts:
    return Facts(size=TableSize(table=ORDERS, rows=1000, bytes=size), rates=rates or Rates())


ALTER = Statement(sql="ALTER TABLE", lock=EXCLUSIVE, on=ORDERS)
REWRITE = Stage(statements=(msgspec.structs.replace(ALTER, rewrites=True),))
SCAN = Stage(statements=(Statement(sql="VALIDATE", scans=True),))
METADATA = Stage(statements=(ALTER,))


def test_a_rewrite_takes_its_size_by_the_rate_and_holds_its_lock_as_long() -> None:
    found = estimate([METADATA, REWRITE, SCAN], facts(100 * MB))
    assert found is not None

    assert found.low < 100 * MB / Rates().rewrite < found.high
    assert (found.written, found.read) == (100 * MB, 200 * MB)
    assert found.holds_high < found.high  # the scan holds nothing that others wait for
    assert (found.kind, found.from_history) == (WorkKind.REWRITE, False)


def test_the_targets_own_rate_makes_the_range_narrower() -> None:
    assumed = estimate([REWRITE], facts(100 * MB))
    known = Rates(rewrite=Rates().rewrite, measured=(WorkKind.REWRITE,))
    found = estimate([REWRITE], facts(100 * MB, known))
    assert assumed is not None
    assert found is not None

    assert assumed.low < found.low < found.high < assumed.high
    assert found.source == "this target's history"


def test_what_has_no_known_size_is_not_estimated_but_its_catalog_change_is() -> None:
    assert estimate([REWRITE], facts(None)) is None
    assert estimate([REWRITE], Facts()) is None
    brief = estimate([METADATA], Facts())
    assert brief is not None
    assert brief.takes == "under 20 ms"


def test_a_copy_for_an_archive_is_made_under_the_lock() -> None:
    copied = estimate([METADATA], facts(100 * MB), first=(1, WorkKind.REWRITE))
    rewritten = estimate([REWRITE], facts(100 * MB))
    assert copied is not None
    assert rewritten is not None

    assert copied.holds_low > rewritten.holds_low
    assert copied.kind is WorkKind.REWRITE


def test_how_long_a_persons_query_takes_is_not_guessed() -> None:
    filled = Statement(sql="CREATE MATERIALIZED VIEW public.m AS SELECT 1", queries=True)

    assert estimate([Stage(statements=(filled,))], facts(8192)) is None


def test_a_new_table_costs_nothing() -> None:
    found = estimate([REWRITE, Stage(statements=(ALTER,), mode=StageMode.BATCHED)],
                     Facts(is_new=True))  # fmt: skip
    assert found is not None
    assert found.takes == "under 40 ms"


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0.001, 0.02, "under 20 ms"),
        (0.2, 0.8, "200 to 800 ms"),
        (0.0443, 0.4151, "44 to 420 ms"),
        (0.3294, 2.96, "330 ms to 3 s"),
        (0.8, 4, "800 ms to 4 s"),
        (2, 28, "2 to 28 s"),
        (50, 300, "50 s to 5 min"),
        (4, 4, "about 4 s"),
        (7200, 90_000, "2 to 25 h"),
    ],
)
def test_a_range_is_said_shortly(low: float, high: float, said: str) -> None:
    assert between(low, high) == said


@given(st.integers(0, 10**14), st.integers(0, 10**14))
def test_more_bytes_never_take_less(one: int, other: int) -> None:
    small, large = (estimate([REWRITE], facts(size)) for size in sorted((one, other)))
    assert small is not None
    assert large is not None
    assert (small.low, small.high) <= (large.low, large.high)
    assert 0 <= small.low <= small.high
