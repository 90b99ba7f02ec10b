from __future__ import annotations

import sys
import unicodedata
from datetime import UTC, datetime, timedelta

import pytest

from studio.templatetags.words import (
    about,
    ago,
    anchor,
    bytes_,
    count,
    duration,
    escape_invisible,
    initials,
    relative,
    short_hash,
    visible,
    visible_plain,
    visible_text,
)

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("users\u202egnp", "users\\u202egnp"),  # right-to-left override
        ("a\u200bb", "a\\u200bb"),  # zero width space
        ("a\u00a0b", "a\\u00a0b"),  # a space that is not the space
        ("a\u3164b", "a\\u3164b"),  # Hangul filler: a letter that draws nothing
        ("a\U000e0041b", "a\\U000e0041b"),  # a tag character
        ("a\x00\x1b\x7fb", "a\\u0000\\u001b\\u007fb"),
        ("a\r\n\tb", "a\\r\\n\\tb"),
        ("a\u2028b\ufeff", "a\\u2028b\\ufeff"),
        ("naïve 表 🐘", "naïve 表 🐘"),
    ],
)
def test_what_hides_or_reorders_is_written_out(text: str, shown: str) -> None:
    assert escape_invisible(text) == shown
    assert visible_plain(text) == shown


def test_no_character_of_a_category_that_hides_passes() -> None:
    hiding = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    everything = (chr(number) for number in range(sys.maxunicode + 1))

    passed = [c for c in everything if unicodedata.category(c) in hiding and visible_plain(c) == c]

    assert passed == []


def test_a_hidden_character_stands_in_a_box_with_its_name() -> None:
    shown = visible("a\u202eb")

    assert shown == 'a<span class="ctl" title="right-to-left override">\\u202e</span>b'


def test_markup_in_a_name_is_escaped_before_boxes_are_drawn() -> None:
    assert visible("<script>\u200b") == (
        '&lt;script&gt;<span class="ctl" title="zero width space">\\u200b</span>'
    )


def test_text_of_many_lines_keeps_its_lines_but_not_a_carriage_return() -> None:
    shown = visible_text("a\n\tb\r")

    assert shown.startswith("a\n\tb<span")
    assert "\\r" in shown


def test_what_was_not_measured_is_not_zero() -> None:
    assert [count(None), about(None), bytes_(None), duration(None)] == ["not measured"] * 4
    assert [count(0), about(0), bytes_(0), duration(0)] == ["0", "0", "0 bytes", "0 ms"]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.4, "under 1 ms"),
        (41, "41 ms"),
        (999.6, "1.0 s"),
        (1800, "1.8 s"),
        (59_949, "59.9 s"),
        (59_951, "1 min"),
        (156_000, "2 min 36 s"),
        (3_599_600, "1 h"),
        (timedelta(hours=26, minutes=4), "26 h 4 min"),
    ],
)
def test_durations_read_as_people_say_them(value: float | timedelta, shown: str) -> None:
    assert duration(value) == shown


@pytest.mark.parametrize(
    ("gap", "shown"),
    [
        (timedelta(), "now"),
        (timedelta(seconds=59), "59 s ago"),
        (timedelta(seconds=60), "1 min ago"),
        (timedelta(hours=23, minutes=59), "23 h ago"),
        (timedelta(days=1), "1 day ago"),
        (timedelta(days=-6), "in 6 days"),
        (timedelta(days=61), "22 Sep 2026"),
    ],
)
def test_moments_read_relative_to_now(gap: timedelta, shown: str) -> None:
    assert relative(NOW - gap, NOW) == shown


def test_a_relative_time_keeps_the_absolute_one() -> None:
    shown = ago(NOW)

    assert 'datetime="2026-11-22T12:00:00+00:00"' in shown
    assert 'title="22 Nov 2026 12:00 UTC"' in shown
    assert ago(None) == "never"


def test_a_hash_is_cut_in_the_middle_and_a_short_one_not_at_all() -> None:
    assert short_hash("9c1fb20a77ab10e2") == "9c1f…e2"
    assert short_hash("9c1fb20a7") == "9c1fb20a7"


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Dee Okafor", "DO"), ("anna", "AN"), ("bo.lindqvist", "BL"), ("—", "?")],
)
def test_initials_are_two_letters_of_the_name(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_an_anchor_is_an_id_and_the_same_for_the_same_text() -> None:
    assert anchor("public.users") == anchor("public.users") != anchor("public.user")
    assert anchor('"odd name"').isalnum()
