"""A policy in words: what a page shows of it."""

from __future__ import annotations

from datetime import datetime

from migrate_core.risk.levels import Level
from migrate_core.risk.policy import Policy, Unknown
from migrate_core.risk.policy_changes import told
from migrate_core.risk.windows import frozen, in_words, is_open, next_open
from studio.display import Fact, Shown


class Summary(Shown, frozen=True, kw_only=True):
    """One line of the list."""

    budget: str
    approvals: str
    now: str  # whether plans may run at this moment
    tone: str


def summary(policy: Policy, now: datetime) -> Summary:
    return Summary(
        budget="none" if policy.budget is None else str(policy.budget),
        approvals=_approvals(policy),
        **_now(policy, now),
    )


def _approvals(policy: Policy) -> str:
    by_level = [f"{level} {n}" for level, n in _by_level(policy)]
    return ", ".join((str(policy.approvals), *by_level))


def _by_level(policy: Policy) -> list[tuple[Level, int]]:
    return [(level, policy.approvals_by_level[level]) for level in Level
            if level in policy.approvals_by_level]  # fmt: skip


def _now(policy: Policy, now: datetime) -> dict[str, str]:
    holding = frozen(policy.freezes, now)
    if not holding and is_open(policy.windows, now):
        return {"now": "in the window" if policy.windows else "any time", "tone": "ok"}
    opens = next_open(policy.windows, policy.freezes, now)
    until = f", opens {in_words(opens)}" if opens else ""
    if holding:
        return {"now": f"frozen by {holding[0].owner}{until}", "tone": "bad"}
    return {"now": f"outside the window{until}", "tone": "wait"}


def asked(policy: Policy) -> list[Fact]:
    """Everything it says, key by key, in the order of the form."""
    probes = {
        Unknown.BLOCK: "blocks",
        Unknown.PASS: "does not block, and counts as risk",
    }
    facts = [
        Fact(term="budget", value="none: shown, not judged" if policy.budget is None
             else f"the worst step may score {policy.budget}"),
        Fact(term="rehearsal", value="of each plan, first" if policy.verify else "not asked for"),
        Fact(term="unanswered probe", value=probes[policy.unknown_probes]),
        Fact(term="approvals", value=str(policy.approvals)),
        *(Fact(term=f"approvals for {level}", value=str(n)) for level, n in _by_level(policy)),
        Fact(term="denied reasons", value=", ".join(policy.fail_on) or "none"),
    ]  # fmt: skip
    lists = (("waiver", policy.waivers), ("window", policy.windows), ("freeze", policy.freezes))
    for term, things in lists:
        facts += [Fact(term=term, value=told(thing)) for thing in things] or [
            Fact(term=term, value="none: any time is fine" if term == "window" else "none")
        ]
    return facts
