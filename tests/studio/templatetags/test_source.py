from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.display import ObjectDiff
from studio.templatetags import source
from studio.templatetags.source import colour_sql, object_diff, pair, side_by_side, unify

TAGS = re.compile(r"<[^>]+>")
# Characters that a reader sees as they are; the others are shown as escapes on purpose.
SEEN = st.text(st.characters(codec="ascii", exclude_categories=["Cc"]) | st.sampled_from("\n\té表"))
SCRAPS = st.lists(
    st.sampled_from(["$$", "'", '"', "--", "/*", "*/", "SELECT", "E'\\", ";", "$a$", "<b>"]) | SEEN
).map(" ".join)


def _text(coloured: str) -> str:
    return html.unescape(TAGS.sub("", coloured))


@given(SCRAPS)
def test_coloured_sql_is_the_sql_to_the_letter(text: str) -> None:
    assert _text(colour_sql(text)) == text


@given(SCRAPS)
def test_every_element_ends_on_the_line_where_it_began(text: str) -> None:
    for line in colour_sql(text).split("\n"):
        assert line.count("<span") == line.count("</span>")


def test_keywords_and_strings_have_classes_and_no_styles() -> None:
    shown = colour_sql("SELECT 'a';")

    assert '<span class="k">SELECT</span>' in shown
    assert "style=" not in shown


def test_a_carriage_return_in_sql_is_shown_not_dropped() -> None:
    assert "\\r" in colour_sql("SELECT 1;\r\n")


def test_hidden_characters_in_sql_are_shown() -> None:
    assert "\\u202e" in colour_sql("SELECT 'a\u202eb'; -- \u2066")


def test_markup_in_sql_is_text() -> None:
    assert "<script>" not in colour_sql("SELECT '<script>alert(1)</script>';")
    assert "<script>" not in colour_sql("x" * source.LARGEST_COLOURED + "<script>")


def test_sql_beyond_the_limit_is_plain() -> None:
    text = "SELECT 1;\n" * (source.LARGEST_COLOURED // 10 + 1)

    assert colour_sql(text) == text


def test_coloured_texts_are_remembered_up_to_a_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "CACHE_SIZE", 200)
    remembered = source._Remembered()
    asked: list[str] = []

    def colour(text: str) -> str:
        asked.append(text)
        return text * 50

    monkeypatch.setattr(source, "_colour", colour)

    for text in ("aa", "bb", "bb", "cc", "aa"):
        remembered.get(text)

    assert asked == ["aa", "bb", "cc", "aa"]  # the third pushed the first out


BEFORE = "CREATE TABLE t (\n    a int,\n    b int\n);"
AFTER = "CREATE TABLE t (\n    a int,\n    c text\n);"


def test_a_unified_difference_has_signs_and_line_numbers() -> None:
    lines = [(line.sign, line.left, line.right) for line in unify(BEFORE, AFTER)]

    assert lines == [
        (" ", 1, 1),
        (" ", 2, 2),
        ("-", 3, None),
        ("+", None, 3),
        (" ", 4, 4),
    ]


def test_lines_far_from_a_change_are_left_out_with_a_mark() -> None:
    body = [f"-- {n}" for n in range(40)]
    changed = ["-- first", *body[1:39], "-- last"]

    signs = [line.sign for line in unify("\n".join(body), "\n".join(changed))]

    assert signs.count("@") == 1
    assert len(signs) == 2 * 2 + 2 * 3 + 1


def test_an_added_object_has_only_added_lines() -> None:
    shown = object_diff(ObjectDiff(name="i", kind="index", change="added", after="A;\nB;"))

    assert (shown["added"], shown["removed"]) == (2, 0)


@given(SCRAPS, SCRAPS)
def test_both_sides_are_whole_when_they_stand_beside_each_other(left: str, right: str) -> None:
    pairs = list(pair(left, right))

    lefts = [_text(p.left.html) for p in pairs if p.left]
    rights = [_text(p.right.html) for p in pairs if p.right]
    assert "\n".join(lefts) == left.removesuffix("\n")
    assert "\n".join(rights) == right.removesuffix("\n")


def test_equal_texts_are_said_to_be_equal() -> None:
    assert side_by_side(BEFORE, BEFORE)["equal"] is True
    assert side_by_side(BEFORE, AFTER)["equal"] is False
