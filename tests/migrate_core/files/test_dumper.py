from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from migrate_core.files.composition import compose
from migrate_core.files.dumper import dump_mapping

# Whatever UTF-8 can hold but a NUL, which PostgreSQL cannot store.
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=60)
SQL_LIKE = st.text(st.sampled_from(" \n\t'\":#-|>[]{},&*!%@`\\abn0?~=é\u202e\x85"), max_size=30)
SCALAR = st.none() | st.booleans() | st.integers(-(10**18), 10**18) | TEXT | SQL_LIKE
VALUE = st.recursive(
    SCALAR,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(TEXT, VALUE, min_size=1, max_size=4))
@example({"a": "on"})
@example({"a": ["no", "yes", "off", "null", "~", "12:30:45", "2024-01-01", "1_000", "0x1f"]})
@example({"a": "\n\n  indented\n\n\n"})
@example({"a": "\ttab\nfirst"})
@example({"a": [{"b": "x\n y"}, ["- z\n", ""]]})
def test_what_was_dumped_reads_back_as_the_same_value(value: dict[str, Any]) -> None:
    text = dump_mapping(value)

    assert compose(text, file="m.yaml").value == value


@given(st.dictionaries(st.sampled_from(["a", "b"]), TEXT | SQL_LIKE, min_size=1))
def test_another_reader_of_yaml_reads_the_same_text(value: dict[str, str]) -> None:
    assert yaml.safe_load(dump_mapping(value)) == value


def test_sql_of_several_lines_is_a_block_that_a_person_can_read() -> None:
    text = dump_mapping({"sql": "UPDATE users\n   SET seen = now();\n", "down": "SELECT 1\nFROM a"})

    assert text == (
        "sql: |\n  UPDATE users\n     SET seen = now();\ndown: |-\n  SELECT 1\n  FROM a\n"
    )


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("public.users", "public.users"),
        ('public."Order"', 'public."Order"'),
        ("numeric(10,2)", "numeric(10,2)"),
        ("created_at", "created_at"),
        ("on", "'on'"),
        ("No", "'No'"),
        ("", "''"),
        ("0", "'0'"),
        ("'new'::text", "\"'new'::text\""),
        ('say "it\'s"', 'say "it\'s"'),
        ("a: b", "'a: b'"),
        ("a #b", "'a #b'"),
        ("\u202eabc", '"\\u202eabc"'),
        ("tab\there", '"tab\\there"'),
        (["id", "name"], "[id, name]"),
        (True, "true"),
        (None, "null"),
    ],
)
def test_quotes_stand_only_where_they_are_needed(value: object, written: str) -> None:
    assert dump_mapping({"a": value}) == f"a: {written}\n"


def test_a_list_too_long_for_a_line_stands_one_item_a_line() -> None:
    text = dump_mapping({"columns": [f"column_{n:02}" for n in range(9)]})

    assert text.startswith("columns:\n  - column_00\n  - column_01\n")
