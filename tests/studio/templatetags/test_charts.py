from __future__ import annotations

import re

import pytest
from django.template.loader import render_to_string

from studio.display import OperationRow
from studio.templatetags.charts import (
    budget_gauge,
    progress_bar,
    risk_bar,
    span_bar,
    spark,
    time_bar,
)

ROW = OperationRow(number=3, kind="dropColumn", object="t.a", level="destructive", score=80)


def test_a_gauge_names_the_steps_that_cross_the_line() -> None:
    shown = render_to_string(
        "components/_budget_gauge.html", budget_gauge(80, 60, "destructive", [ROW])
    )

    assert 'href="#op-3"' in shown
    assert "crosses the line" in shown
    assert "<title>Worst step scores 80, the budget is 60</title>" in shown


def test_a_score_equal_to_the_budget_is_within_it() -> None:
    assert budget_gauge(60, 60, "high")["is_over"] is False
    assert budget_gauge(61, 60, "high")["is_over"] is True


def test_a_risk_bar_fills_its_width_and_says_its_numbers() -> None:
    shown = risk_bar(["safe", "safe", "low", "blocked"])

    assert shown["words"] == "2 safe, 1 low, 1 blocked"
    _level, x, width, _number = shown["parts"][-1]  # type: ignore[index]  # a list of tuples
    assert float(x) + float(width) == pytest.approx(100)


def test_a_risk_bar_of_nothing_draws_nothing() -> None:
    assert risk_bar([]) == {"parts": [], "words": "no operations"}


@pytest.mark.parametrize(
    ("done", "total", "share"),
    [(999, 1000, "99 %"), (1000, 1000, "100 %"), (0, 10, "0 %"), (None, 10, ""), (3, 0, "")],
)
def test_a_share_never_says_all_before_all_is_done(
    done: int | None, total: int, share: str
) -> None:
    assert progress_bar(done, total)["share"] == share


def test_what_tells_no_progress_has_no_bar() -> None:
    shown = render_to_string("components/_progress_bar.html", progress_bar(None, None, "rewriting"))

    assert "<progress" not in shown
    assert "rewriting" in shown


def test_bars_are_scaled_to_the_longest_step() -> None:
    def width(bar: str) -> float:
        return float(re.findall(r'width="([\d.]+)"', bar)[-1])

    assert width(time_bar(50.0, 200.0, "done")) == 25
    assert width(time_bar(0.01, 200.0, "done")) > 0.5
    assert width(time_bar(None, 200.0, "pending")) == 0


def test_the_bar_of_a_step_that_goes_on_looks_unlike_that_of_a_finished_one() -> None:
    assert "running open" in time_bar(50.0, 50.0, "running")
    assert "open" not in time_bar(50.0, 50.0, "done")


def test_a_point_that_was_not_measured_leaves_a_gap() -> None:
    path = str(spark([1, 2, None, 4, 5], "Changes")["path"])

    assert path.count("M") == 2
    assert path.count("L") == 2


def test_a_line_of_one_point_or_none_is_drawn_without_an_error() -> None:
    assert spark([3], "Changes")["path"] == "M0.0 2.0h0"
    assert spark([], "Changes")["path"] == ""


def test_a_span_lies_where_its_step_does_and_holds_no_longer_than_it_takes() -> None:
    rects = re.findall(r'x="([\d.]+)" width="([\d.]+)"', span_bar(50.0, 25.0, 10.0, 100.0))
    last = re.findall(r'x="([\d.]+)" width="([\d.]+)"', span_bar(100.0, 0.0, 0.0, 100.0))

    assert rects == [("50.00", "25.00"), ("50.00", "10.00")]
    assert float(last[0][0]) + float(last[0][1]) <= 100
    assert 'width="0"' in span_bar(0.0, 1.0, 0.0, 0.0)
