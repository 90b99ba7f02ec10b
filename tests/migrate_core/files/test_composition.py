from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate_core.errors import MigrationFileError
from migrate_core.files.composition import MAX_BYTES, MAX_DEPTH, compose, decode


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("a: 1\nb: &x 2\n", 2, "anchor &x"),
        ("a: 1\nb: *x\n", 2, "alias *x"),
        ("a: 1\nb: !!str 2\n", 2, "tag tag:yaml.org,2002:str"),
        ("a: 1\nb: !python/object:os.system x\n", 2, "tag !python/object:os.system"),
        ("a: 1\nb: ! x\n", 2, "tag !"),
        ("a: !!map {b: 1}\n", 1, "tag"),
        ("a: 1\nb: 2\na: 3\n", 3, 'the key "a" stands twice (first on line 1)'),
        ("a:\n  - {b: 1, b: 2}\n", 2, 'the key "b" stands twice'),
        ("a: 1\n---\nb: 2\n", 2, "a second document"),
        ("%YAML 1.1\n---\na: 1\n", 1, "directives"),
        ("", 1, "empty"),
        ("# only a comment\n", 1, "empty"),
        ("a: 'open\n", 2, "not YAML"),
        ("a:\n\t- b\n", 2, "not YAML"),
        ('a: 1\nb: "x\\0y"\n', 2, "NUL byte"),
        ('a: 1\n"x\\0y": 2\n', 2, "NUL byte"),
        ("[a, b]: 1\n", 1, "a key has to be a word"),
        ("a: " + "[" * MAX_DEPTH + "]" * MAX_DEPTH + "\n", 1, "nested deeper than 20"),
    ],
)
def test_what_a_data_file_has_no_need_of_is_refused_with_its_line(
    text: str, line: int, problem: str
) -> None:
    with pytest.raises(MigrationFileError) as refusal:
        compose(text, file="m.yaml")

    assert problem in refusal.value.message
    assert refusal.value.line == line
    assert refusal.value.message.startswith(f"m.yaml:{line}: ")
    assert refusal.value.hint


@pytest.mark.parametrize(
    ("data", "line", "problem"),
    [
        (b"a: 1\nb: x\0y\n", 2, "NUL byte"),
        (b"a: 1\nb: \x1b[2J\n", 2, "U+001B"),
        ("a: 1\n\nb: \u202ex\n".encode(), 3, "U+202E"),
        ("a: \u2066x\n".encode(), 1, "U+2066"),
        (b"a: 1\nb: \xff\n", 2, "0xff is not UTF-8"),
    ],
)
def test_characters_that_hide_what_runs_are_refused(data: bytes, line: int, problem: str) -> None:
    with pytest.raises(MigrationFileError) as refusal:
        decode(data, file="m.yaml")

    assert problem in refusal.value.message
    assert refusal.value.line == line


def test_two_mebibytes_are_refused_before_they_are_read_as_yaml() -> None:
    with pytest.raises(MigrationFileError, match="2,097,152 bytes"):
        decode(b"#" * (2 * MAX_BYTES), file="m.yaml")


def test_deep_nesting_of_a_million_levels_is_refused_not_followed() -> None:
    with pytest.raises(MigrationFileError):
        compose("[" * 100_000, file="m.yaml")


def test_words_that_yaml_11_takes_for_booleans_stay_text() -> None:
    node = compose("[on, off, yes, no, y, n, 12:30, 2024-01-01, 1_000, true, 7, 1.5, ~]", file="m")

    assert node.value == [
        *("on", "off", "yes", "no", "y", "n", "12:30", "2024-01-01", "1_000"),
        *(True, 7, 1.5, None),
    ]


def test_a_byte_order_mark_and_windows_line_ends_are_no_trouble() -> None:
    text = decode("\ufeffa: 1\r\nb: |\r\n  x\r\n  y\r\n".encode(), file="m.yaml")

    assert compose(text, file="m.yaml").value == {"a": 1, "b": "x\ny\n"}


@given(st.text(max_size=200) | st.text("[]{}:,-&*!|>'\"% \n#?a", max_size=60))
def test_whatever_the_text_the_answer_is_a_tree_or_a_refusal(text: str) -> None:
    refused: list[MigrationFileError] = []
    try:
        compose(text, file="m.yaml")
    except MigrationFileError as error:
        refused.append(error)

    assert all(error.hint and error.message.startswith("m.yaml") for error in refused)
