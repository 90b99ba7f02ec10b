"""The demo's first page: five stories, each with a database of its own."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from studio import demo, stories
from studio.access import page as shown
from studio.access import verb
from studio.context import place
from studio.permissions import Action, can


@shown(demo=True)
def page(request: HttpRequest) -> HttpResponse:
    context = {
        "cards": stories.cards(),
        "may_play": can(request.user, Action.PLAY),
        **place(request, None, ("Stories", "")),
    }
    return render(request, "stories/page.html", context)


@verb(Action.PLAY, demo=True)
def reset(request: HttpRequest, name: str) -> HttpResponse:
    """The story's database is made anew; what happened stays on the record."""
    demo.reset_story(name)
    return redirect("stories")
