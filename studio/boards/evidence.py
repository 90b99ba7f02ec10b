"""Evidence: what was rehearsed, what it left over, and who put their name to it."""

from __future__ import annotations

from migrate_core.pg import codec
from migrate_core.verify.report import VerifyReport
from studio.display import EvidenceItem
from studio.models import Change, Plan, Verification
from studio.models.changes import Work
from studio.services import changes
from studio.templatetags.words import duration


def report_of(row: Verification | None) -> VerifyReport | None:
    """The stored report as a value: what it left out as default is there again."""
    return codec.convert(row.report, VerifyReport) if row and row.report else None


def evidence(change: Change, plan: Plan, verification: Verification | None) -> list[EvidenceItem]:
    """The chain from text to approval: complete, or where it is not."""
    text = changes.current_text(change)
    return [
        EvidenceItem(
            label="Migration file",
            state="ok",
            text=f"version {text.version}, {text.note}",
            hash=text.checksum,
            at=text.created_at,
        ),
        EvidenceItem(
            label="Plan",
            state="ok",
            text=f"{plan.steps} steps, {plan.level} {plan.score}",
            hash=plan.hash,
            at=plan.created_at,
        ),
        EvidenceItem(
            label="Live schema at planning",
            state="ok",
            text="fingerprint",
            hash=plan.base_fingerprint,
            at=plan.created_at,
        ),
        _rehearsal(verification),
        *_approvals(change, plan),
    ]


def _rehearsal(row: Verification | None) -> EvidenceItem:
    label = "Rehearsal"
    if row is None:
        return EvidenceItem(label=label, state="missing", text="not rehearsed")
    if row.work != Work.DONE:
        return EvidenceItem(label=label, state="wait", text="going on", at=row.created_at)
    if row.error:
        return EvidenceItem(label=label, state="bad", text=row.error["message"], at=row.finished_at)
    words = f"{duration(row.elapsed_ms)}, " + ("nothing left over" if row.ok else "left over")
    return EvidenceItem(
        label=label, state="ok" if row.ok else "bad", text=words, hash=row.plan_hash,
        at=row.finished_at,
    )  # fmt: skip


def _approvals(change: Change, plan: Plan) -> list[EvidenceItem]:
    items = []
    valid = {a.pk for a in changes.valid_approvals(change, plan)}
    why = {a.pk: text for a, text in changes.void_approvals(change, plan)}
    for given in change.approvals.select_related("user").order_by("pk"):
        name = given.user.get_full_name() or given.user.get_username()
        counts = given.pk in valid
        said = f"{given.get_verdict_display()} {given.level} {given.score}"
        gone = why.get(given.pk, "they said something else later")
        void = "" if counts or given.verdict == "changes" else f"; void: {gone}"
        items.append(
            EvidenceItem(
                label=name,
                state="ok" if counts else "bad" if given.verdict == "changes" else "missing",
                text=f"{said}{void}{f': {given.comment}' if given.comment else ''}",
                hash=given.plan_hash,
                at=given.created_at,
            )
        )
    return items
