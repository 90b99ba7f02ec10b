"""A restore is run on the shadow before it touches the target, where there is a shadow."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from migrate_core import api
from migrate_core.cli.console.output import say
from migrate_core.cli.console.project import Project
from migrate_core.cli.console.rehearsals import report_lines
from migrate_core.cli.reports.documents import ReportData, extended
from migrate_core.declared.scratch import ShadowServer
from migrate_core.errors import MigrateError, ShadowError, VerificationFailedError
from migrate_core.files.config import SHADOW_VARIABLE
from migrate_core.planning.plan import Plan
from migrate_core.schema.objects import Value
from migrate_core.verify.parked import IN_A_SCHEMA, NOT_KNOWN
from migrate_core.verify.report import VerifyReport

OPTION = "--no-rehearsal"


class Trial(Value, frozen=True, kw_only=True):
    """The rehearsal of a restore, or why there was none."""

    report: VerifyReport | None = None
    why_not: str = ""

    @property
    def failed(self) -> bool:
        return self.report is not None and not self.report.ok


def add_option(parser: ArgumentParser) -> None:
    parser.add_argument(OPTION, action="store_true", help="do not run it on the shadow first")


def tried(project: Project, plan: Plan) -> Trial:
    """Never raises for what it finds, as api.verify(); refuse_failed() does."""
    why_not = _why_not(project)
    if why_not:
        return Trial(why_not=why_not)
    report = api.verify_restore(
        project.endpoint, plan, shadow=project.shadow, schemas=project.schemas
    )
    return Trial(report=report)


def _why_not(project: Project) -> str:
    if project.args.no_rehearsal:
        return f"{OPTION} was given"
    if not project.policy.verify:
        return "the policy says verify = false"
    if not project.config.shadow_url:
        return f"no shadow server is configured ({SHADOW_VARIABLE})"
    return IN_A_SCHEMA if _in_a_schema(project.shadow) else ""


def _in_a_schema(shadow: ShadowServer) -> bool:
    """What else is wrong with the shadow the rehearsal itself tells."""
    try:
        return bool(shadow.stands_for)
    except ShadowError:
        return False


def show(trial: Trial) -> None:
    if trial.report is None:
        say(f"  Not rehearsed: {trial.why_not}.")
    else:
        say("Rehearsed on the shadow")
        for line in report_lines(trial.report):
            say(line)
        say(f"  {NOT_KNOWN}")
    say()


def data(trial: Trial) -> dict[str, Any]:
    """As a JSON document says it."""
    if trial.report is None:
        return {"rehearsal": None, "not_rehearsed": trial.why_not}
    said = extended(trial.report, ReportData, says=trial.report.says)
    return {"rehearsal": said, "not_known": NOT_KNOWN}


def refusal(trial: Trial, source: str) -> MigrateError | None:
    """What a failed rehearsal is answered with; None where it did not fail."""
    report = trial.report
    if report is None or report.ok:
        return None
    if not report.was_held:
        return VerificationFailedError(
            f"the restore of {source} could not be rehearsed: {report.says}",
            detail=report.detail,
            still_true="Nothing was changed in the target; what is kept stays kept.",
            hint=f"Mend the shadow, or restore without a rehearsal: {OPTION}.",
        )
    return VerificationFailedError(
        f"the restore of {source} failed where it was rehearsed: {report.says}",
        detail=report.detail,
        still_true="Nothing was changed in the target; what is kept stays kept.",
        hint="Mend what is named, then try again; zanith recover export works meanwhile."
        f" {OPTION} tries it in the target itself.",
    )
