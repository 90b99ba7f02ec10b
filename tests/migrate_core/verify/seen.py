"""One raw SQL step, before and after it was seen at work."""

from __future__ import annotations

from migrate_core.planning.plan import Plan, Step
from migrate_core.planning.verified import Deed, judged
from migrate_core.risk.levels import Level
from migrate_core.risk.reasons import Reason
from migrate_core.verify.report import VerifyReport


class Seen:
    def __init__(self, plan: Plan, report: VerifyReport) -> None:
        self.plan, self.report = plan, report

    @property
    def deed(self) -> Deed:
        (found,) = self.report.deeds
        return found

    @property
    def step(self) -> Step:
        return judged(self.plan, self.report.verified).steps[-1]

    @property
    def level(self) -> Level:
        return self.step.verdict.level

    @property
    def codes(self) -> set[str]:
        return {r.code for r in self.step.verdict.reasons if r.level is not Level.SAFE}

    def reason(self, code: str) -> Reason:
        (one,) = (r for r in self.step.verdict.reasons if r.code == code)
        return one
