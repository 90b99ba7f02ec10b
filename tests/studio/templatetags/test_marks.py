from __future__ import annotations

import pytest

from migrate_core.risk.levels import Level
from migrate_core.states import ChangeState, RunState, StepState
from studio.display import Person
from studio.templatetags.icons import icon
from studio.templatetags.marks import (
    GLYPHS,
    STATES,
    avatar,
    badge,
    environment_mark,
    person_name,
    risk_pill,
    state_word,
)


@pytest.mark.parametrize("level", Level)
def test_a_level_is_a_word_and_a_shape_of_its_own(level: Level) -> None:
    shown = risk_pill(level)

    assert shown.endswith(f"</svg>{level}</span>")
    assert GLYPHS[level] in shown
    assert len(set(GLYPHS.values())) == len(Level)


def test_a_pill_may_say_more_than_its_level_and_escapes_it() -> None:
    assert "Over &lt;60&gt;" in risk_pill("destructive", "Over <60>")


def test_an_unknown_level_is_a_bug_not_an_empty_pill() -> None:
    with pytest.raises(ValueError, match="dangerous"):
        risk_pill("dangerous")


@pytest.mark.parametrize("state", [*ChangeState, *RunState, *StepState])
def test_every_state_of_the_transition_table_has_a_badge(state: str) -> None:
    assert STATES[state][0] in badge(state)
    assert STATES[state][0] in state_word(state)


@pytest.mark.parametrize("state", STATES)
def test_only_failed_is_red(state: str) -> None:
    assert (STATES[state][2] == "failed") == (state == "failed")


@pytest.mark.parametrize("state", STATES)
def test_a_badge_draws_its_icon_without_style_or_script(state: str) -> None:
    shown = badge(state)

    assert "<svg" in shown
    assert "style=" not in shown


def test_production_is_told_by_a_word() -> None:
    assert "PROD" in environment_mark("prod")


def test_a_person_is_a_name_and_initials() -> None:
    assert ">DO<" in avatar(Person(name="Dee Okafor"))
    assert "Dee \\u200bO" not in person_name("Dee O")
    assert "\\u200b" in person_name("Dee\u200b")


def test_an_icon_is_hidden_unless_it_is_the_only_word() -> None:
    assert 'aria-hidden="true"' in icon("play")
    assert 'role="img" aria-label="a &amp; b"' in icon("play", label="a & b")
