from __future__ import annotations

import json

import pytest

from migrate_core.risk.codes import REASONS
from tests.migrate_core.cli.conftest import Zanith


def test_a_code_is_explained_with_its_example(zanith: Zanith) -> None:
    found = zanith("explain", "drops_column_with_data")

    assert found.code == 0
    assert found.out.startswith("# Drops column with data\n")
    assert "**destructive**, score 80" in found.out
    assert "op: softDropColumn" in found.out


def test_without_a_code_all_are_listed_worst_first(zanith: Zanith) -> None:
    found = zanith("explain")
    listed = [line.split()[0] for line in found.out.splitlines() if line.startswith("  ")]

    assert set(listed) == set(REASONS)
    assert [REASONS[code].level.score for code in listed] == sorted(
        (record.level.score for record in REASONS.values()), reverse=True
    )


@pytest.mark.parametrize(
    ("given", "near"),
    [
        ("drop_column_with_data", "drops_column_with_data"),
        ("vacuum", "waits_for_vacuum"),
        ("renames_column", "rename_column"),
    ],
)
def test_an_unknown_code_is_misuse_and_names_the_near_ones(
    zanith: Zanith, given: str, near: str
) -> None:
    found = zanith("explain", given)

    assert found.code == 2
    assert f'there is no reason code "{given}"' in found.err
    assert near in found.err


def test_what_is_like_nothing_is_told_where_the_list_is(zanith: Zanith) -> None:
    found = zanith("explain", "zzz")

    assert found.code == 2
    assert "Did you mean" not in found.err
    assert "zanith explain lists" in found.err


def test_for_machines_it_is_one_document(zanith: Zanith) -> None:
    one = json.loads(zanith("explain", "DROPS-INDEX", "--format", "json").out)
    every = json.loads(zanith("explain", "--format", "json").out)

    assert one["code"] == "drops_index"
    assert one["outcome"]["bad"][0]["kind"] == "dropIndex"
    assert [record["code"] for record in every] == list(REASONS)
