"""The rehearsal of a restore: whether there was one of exactly this plan, and what it said."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse

from migrate_core.declared.ephemeral import Shape
from migrate_core.recovery import RestorePreview
from migrate_core.verify.parked import IN_A_SCHEMA, NOT_KNOWN
from migrate_core.verify.report import VerifyReport
from studio.boards.evidence import report_of
from studio.display import Action as Button
from studio.display import Blocker, Fact, Shown
from studio.models import Artifact, Verification
from studio.permissions import Action, can
from studio.services import recovery, verifications
from studio.templatetags.words import duration


class Trial(Shown, frozen=True, kw_only=True):
    """`report` is of `row`, the newest, once it has ended; `failure` of the last that was held."""

    row: Verification | None = None
    report: VerifyReport | None = None
    outdated: bool = False  # it was rehearsed, before the live schema became another
    failure: VerifyReport | None = None
    unknown: str = NOT_KNOWN

    @property
    def working(self) -> bool:
        return self.row is not None and self.row.work in verifications.GOING_ON

    @property
    def status(self) -> str:
        took = f", {duration(self.row.elapsed_ms)}" if self.row and self.row.ok else ""
        return f"Rehearsal of the restore: {self.says}{took}."

    @property
    def says(self) -> str:
        if self.row is None:
            return "of another live schema than now" if self.outdated else "none yet"
        if self.working:
            return "going on"
        if self.report is None or not self.report.was_held:
            return "it could not be held"
        if not self.report.ok:
            return "it failed"
        return "nothing left over"

    @property
    def tone(self) -> str:
        if self.row is None or self.working:
            return ""
        return "ok" if self.row.ok else "bad" if self.failure else "wait"

    @property
    def fact(self) -> Fact:
        at = self.row.finished_at if self.row else None
        value = f"{self.says}," if at else self.says
        return Fact(term="rehearsal", value=value, tone=self.tone, at=at)  # type: ignore[arg-type]  # a literal

    @property
    def blockers(self) -> list[Blocker]:
        """What went wrong on the shadow would go wrong in the target, half-way."""
        if self.failure is None:
            return []
        says = f"Its rehearsal failed: {self.failure.says}: {self.failure.detail}"
        text = f"{says}. Mend that, then rehearse it again."
        return [Blocker(text=text, fix_url="#rehearsal", fix_label="See the rehearsal")]


def trial(artifact: Artifact, preview: RestorePreview | None) -> Trial | None:
    """None where there is nothing that could be rehearsed."""
    if preview is None or not preview.possible:
        return None
    row = verifications.of_restore(
        artifact.target, preview.plan_hash, preview.base_fingerprint
    ).first()
    last = recovery.last_trial(artifact, preview.plan_hash, preview.base_fingerprint)
    return Trial(
        row=row,
        report=report_of(row),
        outdated=row is None and recovery.was_tried(artifact, preview.plan_hash),
        failure=last if last and not last.ok else None,
    )


def of_row(row: Verification) -> Trial:
    """Of one that is looked at while it goes on."""
    return Trial(row=row, report=report_of(row))


def button(user: Any, artifact: Artifact, found: Trial | None, under: str) -> list[Button]:
    if found is None or found.working or not can(user, Action.APPLY, artifact):
        return []
    return [
        Button(
            label="Rehearse again" if found.row else "Rehearse",
            url=reverse("artifact-rehearse", args=[artifact.pk]),
            icon="flask-conical",
            fields=(("under", under),) if under else (),
            blockers=_no_shadow(),
        )
    ]


def _no_shadow() -> list[Blocker]:
    if not settings.SHADOW_URL:
        return [Blocker(text="No shadow server is configured: set SHADOW_URL.")]
    if settings.SHADOW_SHAPE == Shape.SCHEMA:
        text = f"{IN_A_SCHEMA[0].upper()}{IN_A_SCHEMA[1:]}: give the shadow CREATEDB."
        return [Blocker(text=text)]
    return []
