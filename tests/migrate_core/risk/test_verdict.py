"""What a reason weighs on a table of this size, and what a score is made of."""

from __future__ import annotations

import msgspec
import pytest

from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts, TableSize
from migrate_core.risk.levels import Level
from migrate_core.risk.surroundings import Activity
from migrate_core.risk.verdict import BRIEF_BYTES, SHORT_BYTES, judge

ORDERS = QualifiedName("public", "orders")


def of(size: int | None, *, rows: int | None = 100, exact: bool = False) -> Facts:
    return Facts(size=TableSize(table=ORDERS, rows=rows, bytes=size, exact=exact))


@pytest.mark.parametrize(
    ("facts", "level"),
    [
        (of(BRIEF_BYTES), Level.LOW),
        (of(BRIEF_BYTES + 1), Level.MEDIUM),
        (of(SHORT_BYTES), Level.MEDIUM),
        (of(SHORT_BYTES + 1), Level.HIGH),
        (of(None), Level.HIGH),
        (Facts(), Level.HIGH),
        (of(8192, rows=0, exact=True), Level.SAFE),
        (Facts(is_new=True), Level.SAFE),
    ],
)
def test_a_rewrite_weighs_by_how_long_it_lasts(facts: Facts, level: Level) -> None:
    assert judge([why.REBUILDS_TABLE.because("")], facts).level is level


def test_what_is_not_about_time_keeps_its_weight_on_a_small_table() -> None:
    found = judge([why.DROPS_TABLE_WITH_DATA.because(""), why.RENAME_TABLE.because("")], of(8192))

    assert [reason.level for reason in found.reasons] == [Level.DESTRUCTIVE, Level.HIGH]


def test_what_nobody_has_read_for_a_day_weighs_less_but_rows_that_go_do_not() -> None:
    unread = Activity(reads=0, writes=0, counted_seconds=90_000.0)
    facts = msgspec.structs.replace(of(10**9), activity=unread)

    found = judge([why.RENAME_TABLE.because(""), why.DROPS_TABLE_WITH_DATA.because("")], facts)
    busy = msgspec.structs.replace(facts, activity=Activity(reads=1, writes=0, counted_seconds=1e6))

    assert [(r.code, r.level) for r in found.reasons] == [
        ("drops_table_with_data", Level.DESTRUCTIVE),
        ("rename_table", Level.MEDIUM),
    ]
    assert judge([why.RENAME_TABLE.because("")], busy).level is Level.HIGH
