"""What an artifact's page shows: what each of its buttons would do, in numbers and in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from migrate_core.recovery import ReseedPreview, RestorePreview
from studio.boards import trial
from studio.boards.trial import Trial
from studio.display import Action as Button
from studio.display import Blocker, Confirmation, Fact
from studio.models import Artifact
from studio.permissions import Action, can

Numbers = Iterable[tuple[str, int | None, str]]  # what is counted, how many, the tone of some


def facts(preview: RestorePreview, *, under: str = "") -> list[Fact]:
    """Of a restore. Where its name is taken no row gets anything by it: reseed_facts() counts.
    Under another name every value comes back where it was."""
    found = [Fact(term="comes back as", value=under, mono=True)] if under else []
    found += _counted((("rows kept", preview.rows_kept, ""),))
    if not preview.can_reseed and not under:
        found += _counted(
            (
                ("rows that get their value back", preview.rows_matched, "ok"),
                ("kept values whose row is gone", preview.rows_missing, ""),
                ("rows written since, left empty", preview.rows_written_since, ""),
            )
        )
        found += _keys("gone", preview.missing_keys, preview.rows_missing)
    if preview.returns:
        found.append(Fact(term="comes back with it", value=", ".join(preview.returns), mono=True))
    if preview.stays_away:
        value = ", ".join(preview.stays_away)
        found.append(Fact(term="stays away", value=value, tone="wait", mono=True))
    if preview.becomes_nullable:
        found.append(Fact(term="NOT NULL", value="comes back nullable", tone="wait"))
    return [*found, *_checksum(preview.intact)]


def reseed_facts(preview: ReseedPreview) -> list[Fact]:
    found = _counted(
        (
            ("rows matched by key", preview.rows_matched, ""),
            ("rows that get a value they lack", preview.rows_filled, "ok"),
            ("rows with another value, conflicting", preview.rows_conflicting, "wait"),
            ("kept rows that are missing", preview.rows_missing, ""),
            ("of these come back", preview.rows_returning, "ok"),
            ("of these would break a rule, and stay away", preview.rows_refused, "wait"),
            ("rows written since, left alone", preview.rows_written_since, ""),
        )
    )
    found += _keys("conflicting", preview.conflicting_keys, preview.rows_conflicting)
    found += _keys("missing", preview.missing_keys, preview.rows_missing)
    if preview.left_out:
        value = ", ".join(preview.left_out)
        found.append(Fact(term="no place in the live table", value=value, mono=True))
    return [*found, *_checksum(preview.intact)]


def _counted(numbers: Numbers) -> list[Fact]:
    return [
        Fact(term=term, value=f"{number:,}", tone=tone if number else "")  # type: ignore[arg-type]  # a literal
        for term, number, tone in numbers
        if number is not None
    ]


def _keys(what: str, keys: tuple[str, ...], count: int | None) -> list[Fact]:
    if not keys:
        return []
    more = (count or 0) - len(keys)
    value = "; ".join(keys) + (f" and {more:,} more" if more > 0 else "")
    return [Fact(term=f"keys, {what}", value=value, mono=True)]


def _checksum(intact: bool | None) -> list[Fact]:
    if intact is None:
        return []
    value = "as it was kept" if intact else "changed since it was kept"
    return [Fact(term="checksum", value=value, tone="ok" if intact else "bad")]


def buttons(
    user: Any,
    artifact: Artifact,
    preview: RestorePreview | None,
    found: Trial | None,
    *,
    under: str = "",
) -> list[Button]:
    shown = []
    if preview is not None and can(user, Action.PURGE, artifact):
        shown.append(_purge(artifact))
    shown += trial.button(user, artifact, found, under)
    if preview is not None and can(user, Action.APPLY, artifact):
        shown.append(_restore(artifact, preview, found, under))
    return shown


def reseed_buttons(user: Any, artifact: Artifact, preview: ReseedPreview) -> list[Button]:
    """Filling what is lacking is one click; replacing what rows hold wants the name typed."""
    if not can(user, Action.APPLY, artifact):
        return []
    found = [_reseed(artifact, preview)]
    if preview.rows_conflicting:
        found.insert(0, _overwrite(artifact, preview))
    return found


def _reseed(artifact: Artifact, preview: ReseedPreview) -> Button:
    ask = Confirmation(
        tier=1,
        title=f"Put kept values back into {preview.table}?",
        consequence="Only what rows lack is written. It is a run of its own; what is kept stays.",
        facts=(
            Fact(term="target", value=artifact.target.name),
            Fact(term="rows written", value=f"{preview.rows_written:,}"),
            Fact(term="worst lock", value="ROW EXCLUSIVE, one batch at a time"),
        ),
    )
    return Button(
        label=f"Put back {preview.rows_written:,} rows",
        url=reverse("artifact-reseed", args=[artifact.pk]),
        style="primary",
        icon="rotate-ccw",
        blockers=[Blocker(text=text) for text in preview.blockers],
        confirm=ask if artifact.environment.is_prod else None,
    )


def _overwrite(artifact: Artifact, preview: ReseedPreview) -> Button:
    count = f"{preview.rows_conflicting:,}"
    return Button(
        label=f"Put back and overwrite {count}",
        url=reverse("artifact-reseed", args=[artifact.pk]),
        style="danger",
        icon="rotate-ccw",
        fields=(("overwrite", "yes"),),
        blockers=[Blocker(text=text) for text in preview.blockers],
        confirm=Confirmation(
            tier=3,
            title=f"Overwrite what {count} rows of {preview.table} hold now?",
            consequence="Nothing keeps the values that are replaced.",
            expect=artifact.source,
            expect_label="the artifact's name",
            reason=True,
        ),
    )


def _restore(
    artifact: Artifact, preview: RestorePreview, found: Trial | None, under: str
) -> Button:
    named = f"{artifact.source} as {under}" if under else artifact.source
    ask = Confirmation(
        tier=1,
        title=f"Restore {named}?",
        consequence="It is a run of its own: on the record, and undone by another soft drop.",
        facts=(
            Fact(term="target", value=artifact.target.name),
            Fact(term="steps", value="1"),
            Fact(term="worst lock", value=_lock(preview)),
            *((found.fact,) if found else ()),
        ),
    )
    return Button(
        label=f"Restore {named}",
        url=reverse("artifact-restore", args=[artifact.pk]),
        style="plain" if preview.can_reseed and not under else "primary",
        icon="rotate-ccw",
        fields=(("under", under),) if under else (),
        blockers=[
            *(Blocker(text=text) for text in preview.blockers),
            *(found.blockers if found else ()),
        ],
        confirm=ask if artifact.environment.is_prod else None,
    )


def _lock(preview: RestorePreview) -> str:
    if preview.worst_lock is None:
        return "no table lock"
    how = "while rows are read or written" if preview.blocks_for_rows else "catalog only"
    return f"{preview.worst_lock}, {how}"


def _purge(artifact: Artifact) -> Button:
    return Button(
        label="Purge",
        url=reverse("artifact-purge", args=[artifact.pk]),
        style="danger",
        icon="trash-2",
        confirm=Confirmation(
            tier=3,
            title=f"Destroy {artifact.source} for good?",
            consequence="This is the only button that destroys. Nothing brings it back.",
            expect=artifact.source,
            expect_label="the artifact's name",
            reason=True,
        ),
    )
