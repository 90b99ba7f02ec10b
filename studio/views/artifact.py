"""One artifact: what a restore would do, and doing it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from migrate_core.errors import MigrateError
from studio import confirmations
from studio.access import page as shown
from studio.access import verb
from studio.boards import artifact as board
from studio.boards import lifetimes, trial
from studio.context import place
from studio.forms.recovery import RestoreForm
from studio.models import Artifact, Verification
from studio.permissions import Action
from studio.services import artifacts, recovery

FORMS = {"csv": "text/csv", "json": "application/json", "jsonl": "application/jsonl"}


@shown(Artifact)
def page(request: HttpRequest, artifact: Artifact) -> HttpResponse:
    """The preview is made anew: it says what is so now."""
    preview, reseed, overwriting, error = None, None, "", None
    form = RestoreForm(request.GET or None)
    under = form.cleaned_data["under"] if form.is_valid() else ""
    try:
        artifacts.mirror(artifact.target)
        artifact.refresh_from_db()
        if artifact.status == "kept":
            preview = recovery.preview(artifact, under=under or None)
            can_reseed = preview.can_reseed and not under
            reseed = recovery.preview_reseed(artifact) if can_reseed else None
            if reseed and reseed.possible and reseed.rows_conflicting:
                overwriting = recovery.overwriting_sql(artifact)
    except Artifact.DoesNotExist:
        return redirect("recovery")
    except MigrateError as refusal:
        error = refusal
    tried = trial.trial(artifact, preview)
    context = {
        "artifact": artifact,
        "preview": preview,
        "trial": tried,
        "form": form,
        "under": under,
        "error": error,
        "facts": board.facts(preview, under=under) if preview else (),
        "buttons": board.buttons(request.user, artifact, preview, tried, under=under),
        "reseed": reseed,
        "overwriting": overwriting,
        "reseed_facts": board.reseed_facts(reseed) if reseed else (),
        "reseed_buttons": board.reseed_buttons(request.user, artifact, reseed) if reseed else (),
        **lifetimes.words(artifact),
        "forms": list(FORMS),
        **place(request, artifact.target, ("Recovery", reverse("recovery")), (artifact.source, "")),
    }
    return render(request, "artifact/page.html", context)


@verb(Action.APPLY, Artifact)
def restore(request: HttpRequest, artifact: Artifact) -> HttpResponse:
    under = request.POST.get("under") or None
    return redirect("run", recovery.restore(artifact, request.user, under=under).pk)


@verb(Action.APPLY, Artifact)
def rehearse(request: HttpRequest, artifact: Artifact) -> HttpResponse:
    """Queues its restore for the shadow; the page it comes back to shows how that goes. Without
    a fragment in its address, because a page does not load itself anew to go to one."""
    under = request.POST.get("under", "")
    recovery.rehearse(artifact, request.user, under=under or None)
    query = f"?{urlencode({'under': under})}" if under else ""
    return redirect(f"{reverse('artifact', args=[artifact.pk])}{query}")


@shown(Verification)
def rehearsal(request: HttpRequest, verification: Verification) -> HttpResponse:
    """Fetched by an artifact's page while it goes on; at its end the page is asked for anew."""
    if verification.plan.change_id:
        raise Http404
    context = {"trial": trial.of_row(verification), "fetched": True}
    return render(request, "artifact/_rehearsal.html", context)


@verb(Action.APPLY, Artifact)
def reseed(request: HttpRequest, artifact: Artifact) -> HttpResponse:
    """What rows hold is replaced only where its name was typed."""
    overwrite = request.POST.get("overwrite") == "yes"
    why = ""
    if overwrite:
        confirmations.typed(request, artifact.source, what="the artifact's name")
        why = confirmations.reason(request)
    run = recovery.reseed(artifact, request.user, overwrite=overwrite, reason=why)
    return redirect("run", run.pk)


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
