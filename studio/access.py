"""What every view declares: its method, the action it is, and the thing it is done to."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render

from migrate_core.errors import MigrateError
from migrate_core.schema.objects import Value
from studio import problems
from studio.links import back
from studio.models import Attempt
from studio.permissions import Action, can, visible
from studio.services import audit

View = Callable[..., HttpResponseBase]
AsyncView = Callable[..., Coroutine[Any, Any, HttpResponseBase]]


class Access(Value, frozen=True, kw_only=True):
    """Read by the test that walks every URL; a view without one fails it."""

    methods: tuple[str, ...]
    action: Action | None = None  # None: open to anybody
    model: type[Model] | None = None  # None: not about one row
    demo: bool = False  # there only in the demo


def public(*methods: str, demo: bool = False) -> Callable[[View], View]:
    """Open to anybody: sign-in, health."""
    access = Access(methods=methods or ("GET",), demo=demo)

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
            return _refused(request, access) or view(request, **kwargs)

        return _declared(checked, access)

    return decorate


def page(
    model: type[Model] | None = None, action: Action = Action.READ, *, demo: bool = False
) -> Callable[[View], View]:
    """Something to look at. A view of a row gets the row in place of its key."""
    return _guarded(Access(methods=("GET",), action=action, model=model, demo=demo))


def verb(
    action: Action, model: type[Model] | None = None, *, demo: bool = False
) -> Callable[[View], View]:
    """Something to do."""
    return _guarded(Access(methods=("POST",), action=action, model=model, demo=demo))


def form(
    action: Action, model: type[Model] | None = None, *, demo: bool = False
) -> Callable[[View], View]:
    """A page with a form that posts to itself."""
    return _guarded(Access(methods=("GET", "POST"), action=action, model=model, demo=demo))


def reach(user: Any, access: Access, key: object) -> Model | None:
    """The row, once it is seen that `user` may do this to it.

    Raises:
        Http404: there is none, or none that `user` may know of.
        PermissionDenied: they may see it and not do this.
    """
    assert access.action is not None
    thing = None
    if access.model is not None:
        thing = get_object_or_404(visible(user, access.model._default_manager.all()), pk=key)
    if not _allowed(user, access.action, thing):
        outcome = Attempt.Outcome.REFUSED
        audit.record(user, access.action, thing, outcome, reason="no role allows it")
        raise PermissionDenied(f"no role of yours here allows to {access.action}")
    return thing


def _allowed(user: Any, action: Action, thing: Model | None) -> bool:
    if action is Action.READ and thing is None:
        return bool(user.is_authenticated)
    return can(user, action, thing)


def _guarded(access: Access) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
            if (refusal := _refused(request, access)) is not None:
                return refusal
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            thing = reach(request.user, access, kwargs.pop("pk", None))
            try:
                return view(request, thing, **kwargs) if thing else view(request, **kwargs)
            except MigrateError as error:
                return _explain(request, thing, error)

        return _declared(checked, access)

    return decorate


def _explain(request: HttpRequest, thing: Model | None, error: MigrateError) -> HttpResponseBase:
    """The error stays on the object: on the page that the form was on, or in place of the page."""
    if request.method == "POST":
        problems.keep(request, error)
        return redirect(back(request, thing))
    return render(request, "shell/problem.html", {"error": error}, status=503)


def stream(model: type[Model]) -> Callable[[AsyncView], AsyncView]:
    """A response that stays open. It is given the row's key, and keeps no connection."""
    access = Access(methods=("GET",), action=Action.READ, model=model)

    def decorate(view: AsyncView) -> AsyncView:
        @wraps(view)
        async def checked(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
            refusal = await sync_to_async(_checked_for_stream)(request, access, kwargs["pk"])
            return refusal or await view(request, **kwargs)

        checked.access = access  # type: ignore[attr-defined]  # a function takes any attribute
        return checked

    return decorate


def _checked_for_stream(
    request: HttpRequest, access: Access, key: object
) -> HttpResponseBase | None:
    """Gives its database connection back, which the open response would otherwise keep."""
    try:
        if (refusal := _refused(request, access)) is not None:
            return refusal
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        reach(request.user, access, key)
        return None
    finally:
        if not connection.in_atomic_block:
            connection.close()


def _refused(request: HttpRequest, access: Access) -> HttpResponseBase | None:
    if access.demo and not settings.DEMO:
        raise Http404
    methods = (*access.methods, "HEAD") if "GET" in access.methods else access.methods
    return None if request.method in methods else HttpResponseNotAllowed(methods)


def _declared(view: View, access: Access) -> View:
    view.access = access  # type: ignore[attr-defined]  # a function takes any attribute
    return view
