"""One artifact: what a restore would do, and doing it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from migrate_core.errors import MigrateError
from migrate_core.recovery.preview import RestorePreview
from studio import confirmations
from studio.access import page as shown
from studio.access import verb
from studio.context import place
from studio.display import Action as Button
from studio.display import Blocker, Confirmation, Fact
from studio.models import Artifact
from studio.permissions import Action, can
from studio.services import artifacts, recovery

FORMS = {"csv": "text/csv", "json": "application/json", "jsonl": "application/jsonl"}


@shown(Artifact)
def page(request: HttpRequest, artifact: Artifact) -> HttpResponse:
    """The preview is made anew: it says what is so now."""
    preview, error = None, None
    try:
        artifacts.mirror(artifact.target)
        artifact.refresh_from_db()
        if artifact.status == "kept":
            preview = recovery.preview(artifact)
    except Artifact.DoesNotExist:
        return redirect("recovery")
    except MigrateError as refusal:
        error = refusal
    context = {
        "artifact": artifact,
        "preview": preview,
        "error": error,
        "facts": _facts(preview) if preview else (),
        "buttons": _buttons(request, artifact, preview),
        "forms": list(FORMS),
        **place(request, artifact.target, ("Recovery", reverse("recovery")), (artifact.source, "")),
    }
    return render(request, "artifact/page.html", context)


@verb(Action.APPLY, Artifact)
def restore(request: HttpRequest, artifact: Artifact) -> HttpResponse:
    return redirect("run", recovery.restore(artifact, request.user).pk)


@verb(Action.PURGE, Artifact)
def purge(request: HttpRequest, artifact: Artifact) -> HttpResponse:
    confirmations.typed(request, artifact.source, what="the artifact's name")
    reason = confirmations.reason(request)
    return redirect("run", recovery.purge(artifact, request.user, reason=reason).pk)


@shown(Artifact)
def export(request: HttpRequest, artifact: Artifact, form: str) -> HttpResponseBase:
    """Streamed as the target sends it."""
    if form not in FORMS:
        raise Http404
    blocks = _as_they_come(recovery.export(artifact, form))
    response = StreamingHttpResponse(blocks, content_type=FORMS[form])
    name = "".join(c if c.isalnum() or c in "._-" else "_" for c in artifact.source)
    response["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return response


async def _as_they_come(blocks: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Read on a thread, because the target answers when it answers."""
    while (block := await asyncio.to_thread(next, blocks, None)) is not None:
        yield block


def _facts(preview: RestorePreview) -> list[Fact]:
    numbers = (
        ("rows kept", preview.rows_kept, ""),
        ("rows that get their value back", preview.rows_matched, "ok"),
        ("kept values whose row is gone", preview.rows_missing, ""),
        ("rows written since, left empty", preview.rows_written_since, ""),
    )
    found = [
        Fact(term=term, value=f"{number:,}", tone=tone if number else "")  # type: ignore[arg-type]  # a literal
        for term, number, tone in numbers
        if number is not None
    ]
    if preview.returns:
        found.append(Fact(term="comes back with it", value=", ".join(preview.returns), mono=True))
    if preview.becomes_nullable:
        found.append(Fact(term="NOT NULL", value="comes back nullable", tone="wait"))
    if preview.intact is not None:
        found.append(
            Fact(
                term="checksum",
                value="as it was kept" if preview.intact else "changed since it was kept",
                tone="ok" if preview.intact else "bad",
            )
        )
    return found


def _buttons(
    request: HttpRequest, artifact: Artifact, preview: RestorePreview | None
) -> list[Button]:
    if preview is None:
        return []
    found = []
    if can(request.user, Action.PURGE, artifact):
        found.append(_purge(artifact))
    if can(request.user, Action.APPLY, artifact):
        found.append(_restore(artifact, preview))
    return found


def _restore(artifact: Artifact, preview: RestorePreview) -> Button:
    ask = Confirmation(
        tier=1,
        title=f"Restore {artifact.source}?",
        consequence="It is a run of its own: on the record, and undone by another soft drop.",
        facts=(
            Fact(term="target", value=artifact.target.name),
            Fact(term="steps", value="1"),
            Fact(term="worst lock", value="ACCESS EXCLUSIVE, catalog only"),
        ),
    )
    return Button(
        label=f"Restore {artifact.source}",
        url=reverse("artifact-restore", args=[artifact.pk]),
        style="primary",
        icon="rotate-ccw",
        blockers=[Blocker(text=text) for text in preview.blockers],
        confirm=ask if artifact.environment.is_prod else None,
    )


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
