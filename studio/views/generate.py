"""Generate: declared beside live, the questions that two schemas cannot answer, a change."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from migrate_core.errors import MigrateError
from migrate_core.schema.delta import Answers
from studio import stories
from studio.access import form as shown_form
from studio.boards.schema import differences
from studio.context import place
from studio.display import Tab
from studio.forms import generate as forms
from studio.models import DeclaredVersion, Target
from studio.permissions import Action, can, visible
from studio.services import generate, sources
from studio.services.refusals import StaleError

NAME = "schema_change"


@shown_form(Action.CREATE)
def page(request: HttpRequest) -> HttpResponse:
    """Which target, and what is declared for it."""
    seen = visible(request.user, Target.objects.select_related("environment__project"))
    mine = Target.objects.filter(
        pk__in=[target.pk for target in seen if can(request.user, Action.CREATE, target)]
    )
    kind = _kind(request)
    form = forms.SourceForm(
        request.POST or None,
        kind=kind,
        targets=mine,
        others=seen,
        initial={name: request.GET.get(name, "") for name in ("target", "snapshot")},
    )
    error = None
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("generate-compare", _declare(request, kind, form.cleaned_data).pk)
        except MigrateError as refusal:
            error = refusal
    context = {
        "form": form,
        "kind": kind,
        "kinds": [Tab(label=label, url=_with(request, name), current=name == kind)
                  for name, label in forms.KINDS],
        "error": error,
        **place(request, None, ("Changes", reverse("changes")), ("Generate", "")),
    }  # fmt: skip
    return render(request, "generate/page.html", context)


def _with(request: HttpRequest, kind: str) -> str:
    query = request.GET.copy()
    query["kind"] = kind
    return f"?{query.urlencode()}"


@shown_form(Action.CREATE, DeclaredVersion)
def compare(request: HttpRequest, declared: DeclaredVersion) -> HttpResponse:
    """What would change; answered by a GET that keeps the answers in the URL, made by a POST."""
    given = request.POST if request.method == "POST" else request.GET
    name = given.get("name", "").strip() or NAME
    first = generate.compare(declared, request.user, name=name, answers=Answers())
    dropped = forms.drops(first.base.tables, first.wanted.tables)
    answers = forms.answers(
        given,
        dropped=dropped,
        asked=first.generated.questions,
        offered=first.generated.backfills_offered,
        expandable=first.generated.expandable,
    )
    error = None
    if request.method == "POST":
        try:
            change = generate.create(declared, request.user, name=name, answers=answers)
            return redirect("change", change.pk)
        except MigrateError as refusal:
            error = refusal
    found = generate.compare(declared, request.user, name=name, answers=answers)
    context = {
        "declared": declared,
        "found": found,
        "objects": [d for d in differences(found.base, found.wanted) if d.change != "same"],
        "name": "" if name == NAME else name,
        "error": error,
        **_questions(first, answers, dropped),
        **place(request, declared.target, ("Generate", reverse("generate")), (declared.label, "")),
    }
    return render(request, "generate/compare.html", context)


def _questions(first: generate.Comparison, answers: Answers, dropped: list[Any]) -> dict[str, Any]:
    renamed = {rename.old: rename.new for rename in answers.renames}
    fills, modes = dict(answers.backfills), dict(answers.drop_modes)
    needed = set(first.generated.backfills_needed)
    return {
        "renames": [
            {
                "key": f"rename:{forms.key(question.old)}",
                "old": question.old,
                "new": question.new,
                "why": question.why,
                "chosen": renamed.get(question.old) == question.new,
            }
            for question in first.generated.questions
        ],
        "drops": [
            {"key": f"drop:{forms.key(ref)}", "ref": ref, "mode": modes.get(ref, "soft")}
            for ref in dropped
            if ref not in renamed
        ],
        "expansions": [
            {"key": f"expand:{forms.key(ref)}", "ref": ref, "chosen": ref in answers.expand}
            for ref in first.generated.expandable
        ],
        "fills": [
            {
                "key": f"fill:{forms.key(ref)}",
                "ref": ref,
                "needed": ref in needed,
                "value": fills.get(ref, ""),
            }
            for ref in first.generated.backfills_offered
            if (ref.relation, ref.part) not in {(old.relation, new) for old, new in renamed.items()}
        ],
    }


def _declare(request: HttpRequest, kind: str, given: dict[str, Any]) -> DeclaredVersion:
    target, user = given["target"], request.user
    match kind:
        case "text":
            return sources.from_text(target, [("declared.sql", given["text"])], user)
        case "files":
            return sources.from_text(target, _files(request), user)
        case "folder":
            return sources.from_folder(target, _folder(target), user)
        case "target":
            return sources.from_target(target, given["other"], user)
    return sources.from_snapshot(target, given["snapshot"].strip(), user)


def _files(request: HttpRequest) -> list[tuple[str, str]]:
    try:
        found = forms.uploaded(request.FILES)
    except UnicodeDecodeError as error:
        raise StaleError(
            "a file is not text", detail=str(error)[:200], hint="Upload UTF-8 files of SQL."
        ) from None
    if not found:
        raise StaleError("no file was chosen", hint="Choose one or more .sql files.")
    return found


def _folder(target: Target) -> Any:
    """A demo story's own folder, or the project's; never a path that a form names."""
    if settings.DEMO and (folder := stories.declared_folder(target)):
        return folder
    if not target.project.folder:
        raise StaleError(
            "no folder of this server belongs to the target's project",
            hint="Paste or upload the SQL instead.",
        )
    return sources.project_folder(target.project)


def _kind(request: HttpRequest) -> str:
    wanted = request.GET.get("kind", "snapshot" if request.GET.get("snapshot") else "text")
    return wanted if wanted in dict(forms.KINDS) else "text"
