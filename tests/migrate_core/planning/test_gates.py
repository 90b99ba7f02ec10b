from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate_core.operations.registry import from_builtins
from migrate_core.planning.gates import (
    Circumstances,
    Gate,
    GateState,
    Verified,
    gates,
    refused,
)
from migrate_core.planning.plan import Plan, Step
from migrate_core.risk.codes import ReasonCode
from migrate_core.risk.facts import Answer, Facts
from migrate_core.risk.levels import Level
from migrate_core.risk.policy import Policy, Unknown, Waiver
from migrate_core.risk.reasons import REASONS
from migrate_core.risk.verdict import judge
from migrate_core.risk.windows import Day, Freeze, Window
from tests.policies import CODES, freezes, moments, policies, waivers, windows

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)  # a Thursday
NIGHT = Window(days=(Day.SAT,), opens="22:00", closes="04:00", zone="Europe/Berlin")
FREEZE = Freeze(
    begins=NOON - timedelta(days=1),
    ends=NOON + timedelta(days=1),
    reason="the shop is busy",
    owner="otto",
)
PEOPLE = ("anna", "bo", "cem", "dee")
UNKNOWN = Answer(fact="null_rows", question="rows hold NULL", error="it took too long")
BROKEN = Answer(fact="null_rows", question="rows hold NULL", count=7)


def step(number: int, *codes: str, answers: tuple[Answer, ...] = (), drop: bool = False) -> Step:
    kind: dict[str, Any] = (
        {"op": "dropColumn", "column": f"c{number}"}
        if drop
        else {"op": "addColumn", "column": {"name": f"c{number}", "type": "text"}}
    )
    facts = Facts(answers=answers)
    return Step(
        number=number,
        operation=from_builtins({**kind, "table": "public.users"}),
        stages=(),
        verdict=judge((REASONS[code].because("") for code in codes), facts),
        facts=facts,
    )


def plan(*steps: Step) -> Plan:
    return Plan(
        migration_id="20260101_000000_x",
        checksum="c",
        major=18,
        base_fingerprint="base",
        steps=steps,
    )


def now(of: Plan, at: datetime | None = NOON, **given: Any) -> Circumstances:
    """Everything is well, unless `given` says otherwise."""
    verified = Verified(plan_hash=of.hash, ok=True)
    return Circumstances(
        **{"verified": verified, "live_fingerprint": "base", "author": "anna", "at": at, **given}
    )


def gate(number: int, of: Plan, policy: Policy, **given: Any) -> Gate:
    return gates(of, policy, now(of, **given))[number - 1]


# 1: budget --------------------------------------------------------------------------------------

DROP = plan(step(1, "creates_object"), step(2, "drops_index"))
WAIVER = Waiver(code="drops_index", until=date(2026, 12, 31), owner="dee", reason="unused")


def test_a_waived_reason_is_not_counted_and_the_gate_says_so() -> None:
    found = gate(1, DROP, Policy(budget=15, waivers=(WAIVER,)))

    assert found.state is GateState.OPEN
    assert found.says == ("worst 5, budget 15; drops_index waived until 2026-12-31 by dee: unused")


def test_an_expired_waiver_counts_no_more_and_the_gate_says_so() -> None:
    policy = Policy(budget=15, waivers=(WAIVER,))
    found = gate(1, DROP, policy, at=datetime(2027, 1, 1, tzinfo=UTC))

    assert found.state is GateState.REFUSED
    assert found.steps == (2,)
    assert found.says == (
        "step 2 over the budget of 15; the waiver of drops_index by dee ended on 2026-12-31"
    )


def test_a_waiver_opens_neither_what_is_blocked_nor_the_consent() -> None:
    lost = plan(step(1, "would_fail"), step(2, "drops_column_with_data", drop=True))
    until = date(2027, 1, 1)
    given = tuple(
        Waiver(code=code, until=until, owner="dee", reason="r")
        for code in ("would_fail", "drops_column_with_data")
    )
    found = gates(lost, Policy(budget=None, waivers=given), now(lost))

    assert [g.number for g in refused(found)] == [1, 2]
    assert found[0].says.startswith("step 1 would fail or hurt here and now")


def test_each_step_that_closes_the_budget_is_told_with_what_opens_it() -> None:
    both = plan(step(1, "would_fail"), step(2, "drops_table_with_data"), step(3, "adds_index"))
    found = gate(1, both, Policy(budget=60))

    assert found.steps == (1, 2)
    assert found.says == "step 1 would fail or hurt here and now; step 2 over the budget of 60"
    assert "No budget covers a blocked step" in found.fix
    assert "Make it safe" in found.fix


# 3: preflight -----------------------------------------------------------------------------------


def test_what_is_unknown_blocks_where_the_policy_says_so() -> None:
    asked = plan(step(1, "adds_check", answers=(UNKNOWN,)))

    blocked = gate(3, asked, Policy(unknown_probes=Unknown.BLOCK))
    passed = gate(3, asked, Policy(unknown_probes=Unknown.PASS))

    assert (blocked.state, passed.state) == (GateState.REFUSED, GateState.OPEN)
    assert "not counted: it took too long" in blocked.says
    assert "not counted: it took too long, which the policy lets pass" in passed.says


def test_what_was_counted_blocks_whatever_the_policy_says() -> None:
    asked = plan(step(1, "adds_check", answers=(BROKEN, UNKNOWN)))
    found = gate(3, asked, Policy(unknown_probes=Unknown.PASS))

    assert found.state is GateState.REFUSED
    assert found.says == "step 1: 7 rows hold NULL"


# 6: approvals -----------------------------------------------------------------------------------

BY_LEVEL = Policy(approvals_by_level={Level.HIGH: 1, Level.DESTRUCTIVE: 2})


def test_the_most_demanding_level_says_how_many_approve() -> None:
    mild = plan(step(1, "creates_object"))
    high = plan(step(1, "raw_sql"), step(2, "creates_object"))
    worst = plan(step(1, "raw_sql"), step(2, "drops_table_with_data"))

    assert gate(6, mild, BY_LEVEL).state is GateState.NOT_ASKED
    assert gate(6, high, BY_LEVEL).says == "0 of 1, as high asks here"
    assert gate(6, high, BY_LEVEL, approvals=("bo",)).state is GateState.OPEN
    one = gate(6, worst, BY_LEVEL, approvals=("bo", "anna"))  # anna wrote it
    assert (one.state, one.says) == (GateState.WAITING, "1 of 2, as destructive asks here")
    assert gate(6, worst, BY_LEVEL, approvals=("bo", "dee")).state is GateState.OPEN


def test_what_voided_an_approval_is_told() -> None:
    found = gate(6, plan(step(1, "raw_sql")), Policy(approvals=1), void=("bo's: another policy",))

    assert found.says == "0 of 1; void: bo's: another policy"


# 7: window and rules ----------------------------------------------------------------------------


def test_without_a_rule_it_is_not_asked() -> None:
    assert gate(7, DROP, Policy(), at=None).state is GateState.NOT_ASKED


def test_outside_the_window_it_waits_and_says_when_that_opens() -> None:
    found = gate(7, DROP, Policy(windows=(NIGHT,)))

    assert found.state is GateState.WAITING
    assert found.opens == datetime(2026, 11, 28, 21, tzinfo=UTC)
    assert found.says == "outside the window (sat 22:00 to 04:00 Europe/Berlin)"
    assert "It opens Sat 2026-11-28 22:00 CET (21:00 UTC)" in found.fix


def test_in_the_window_it_says_until_when() -> None:
    found = gate(7, DROP, Policy(windows=(NIGHT,)), at=datetime(2026, 11, 28, 21, tzinfo=UTC))

    assert found.state is GateState.OPEN
    assert found.says == "in the window until Sun 2026-11-29 04:00 CET (03:00 UTC)"


def test_a_freeze_refuses_and_says_who_why_and_until_when() -> None:
    always = Window(opens="00:00", closes="24:00")
    found = gate(7, DROP, Policy(windows=(always,), freezes=(FREEZE,)))

    assert found.state is GateState.REFUSED
    assert found.says == "frozen until Fri 2026-11-27 12:00 UTC by otto: the shop is busy"
    assert found.opens == FREEZE.ends


def test_after_a_freeze_the_window_has_to_open_as_well() -> None:
    found = gate(7, DROP, Policy(windows=(NIGHT,), freezes=(FREEZE,)))

    assert found.state is GateState.REFUSED
    assert "frozen until Fri 2026-11-27 13:00 CET (12:00 UTC)" in found.says
    assert "outside the window" in found.says
    assert found.opens == datetime(2026, 11, 28, 21, tzinfo=UTC)


def test_a_denied_reason_refuses_whatever_it_scores() -> None:
    found = gate(7, DROP, Policy(budget=100, fail_on=("drops_index", "raw_sql"), windows=(NIGHT,)))

    assert found.state is GateState.REFUSED
    assert found.steps == (2,)
    assert found.says.startswith("step 2 drops_index, which is denied here; outside the window")
    assert found.opens is None  # time alone does not open it


def test_a_time_that_nobody_looked_at_opens_no_window() -> None:
    for policy in (Policy(windows=(NIGHT,)), Policy(freezes=(FREEZE,))):
        assert gate(7, DROP, policy, at=None).state is GateState.REFUSED


# All of them ------------------------------------------------------------------------------------


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    steps = [
        step(
            number,
            *draw(st.lists(st.sampled_from(CODES), max_size=3, unique=True)),
            answers=tuple(draw(st.lists(st.sampled_from((UNKNOWN, BROKEN)), max_size=1))),
            drop=draw(st.booleans()),
        )
        for number in range(1, draw(st.integers(0, 3)) + 1)
    ]
    return plan(*steps)


@st.composite
def asked(draw: st.DrawFn) -> tuple[Plan, Circumstances]:
    of = draw(plans())
    labels = [one.label for one in of.steps]
    given = Circumstances(
        consents=tuple(draw(st.sets(st.sampled_from(labels)))) if labels else (),
        verified=draw(
            st.none() | st.builds(Verified, plan_hash=st.just(of.hash), ok=st.booleans())
        ),
        live_fingerprint=draw(st.sampled_from((None, "base", "other"))),
        approvals=tuple(draw(st.sets(st.sampled_from(PEOPLE)))),
        author=draw(st.sampled_from(PEOPLE)),
        applier=draw(st.sampled_from(PEOPLE)),
        at=draw(st.none() | moments),
    )
    return of, given


@given(asked(), policies())
def test_all_seven_are_listed_each_that_is_closed_with_a_fix(
    given_: tuple[Plan, Circumstances], policy: Policy
) -> None:
    found = gates(given_[0], policy, given_[1])

    assert [one.number for one in found] == [1, 2, 3, 4, 5, 6, 7]
    assert all(one.fix.strip() and one.says.strip() for one in refused(found))
    assert all(one.says.strip() and not one.fix for one in found if one.passes)


@given(asked(), policies())
def test_the_same_question_has_the_same_answer(
    given_: tuple[Plan, Circumstances], policy: Policy
) -> None:
    of, circumstances = given_
    before = msgspec.json.encode(policy)

    assert gates(of, policy, circumstances) == gates(of, policy, circumstances)
    assert msgspec.json.encode(policy) == before


@st.composite
def stricter(draw: st.DrawFn, policy: Policy) -> Policy:
    """The same policy, asking for more in one way or several."""
    levels = policy.approvals_by_level
    raised = {level: n + draw(st.integers(0, 2)) for level, n in levels.items()}
    more: dict[str, Any] = {
        "budget": draw(st.integers(0, 100 if policy.budget is None else policy.budget))
        if draw(st.booleans())
        else policy.budget,
        "verify": policy.verify or draw(st.booleans()),
        "unknown_probes": Unknown.BLOCK if draw(st.booleans()) else policy.unknown_probes,
        "approvals": policy.approvals + draw(st.integers(0, 2)),
        "approvals_by_level": raised,
        "fail_on": (*policy.fail_on, *draw(st.lists(st.sampled_from(CODES), max_size=2))),
        "waivers": policy.waivers[: draw(st.integers(0, len(policy.waivers)))],
        # The first window shuts all other times; one that is taken away leaves less of them.
        "windows": policy.windows[: draw(st.integers(1, max(len(policy.windows), 1)))]
        or tuple(draw(st.lists(windows(), max_size=1))),
        "freezes": (*policy.freezes, *draw(st.lists(freezes(), max_size=2))),
    }
    return msgspec.structs.replace(policy, **more)


@given(st.data(), asked(), policies())
def test_a_stricter_policy_never_opens_a_gate(
    data: st.DataObject, given_: tuple[Plan, Circumstances], policy: Policy
) -> None:
    of, circumstances = given_
    strict = data.draw(stricter(policy))

    for before, after in zip(
        gates(of, policy, circumstances), gates(of, strict, circumstances), strict=True
    ):
        assert before.passes or not after.passes, (before, after)


@given(asked(), policies(), st.data())
def test_no_waiver_opens_what_is_blocked_or_the_consent(
    given_: tuple[Plan, Circumstances], policy: Policy, data: st.DataObject
) -> None:
    of, circumstances = given_
    free = msgspec.structs.replace(policy, waivers=())
    waived = msgspec.structs.replace(policy, waivers=data.draw(waivers(CODES)))
    plain, eased = (gates(of, one, circumstances) for one in (free, waived))

    assert eased[1:] == plain[1:]
    if any(one.verdict.level is Level.BLOCKED for one in of.steps):
        assert not eased[0].passes


def test_every_code_can_be_denied() -> None:
    def denied(code: ReasonCode) -> GateState:
        return gate(7, plan(step(1, code.code)), Policy(fail_on=(code.code,))).state

    assert {denied(code) for code in REASONS.values()} == {GateState.REFUSED}


@pytest.mark.parametrize("number", range(1, 8))
def test_each_gate_can_be_the_only_one_that_is_closed(number: int) -> None:
    """So that none of them hangs on another."""
    closed: dict[int, tuple[Plan, Policy, dict[str, Any]]] = {
        1: (DROP, Policy(budget=5), {}),
        2: (plan(step(1, "creates_object", drop=True)), Policy(), {}),
        3: (plan(step(1, "creates_object", answers=(BROKEN,))), Policy(), {}),
        4: (DROP, Policy(), {"verified": None}),
        5: (DROP, Policy(), {"live_fingerprint": "other"}),
        6: (DROP, Policy(approvals=1), {}),
        7: (DROP, Policy(freezes=(FREEZE,)), {}),
    }
    of, policy, given_ = closed[number]

    assert [one.number for one in refused(gates(of, policy, now(of, **given_)))] == [number]
