"""Projects with their environments, and who may do what there.

There is no screen for this yet: the commands `grant` and `demo` call it.
"""

from __future__ import annotations

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from migrate_core.errors import MisuseError
from migrate_core.risk.policy import Policy
from studio.models import Environment, Membership, Project, Role
from studio.services import policies

# name, kind and what the gates ask for until an admin says otherwise
ENVIRONMENTS = (
    ("production", Environment.Kind.PROD, Policy(budget=60, approvals=1)),
    ("staging", Environment.Kind.STAGING, Policy(budget=80)),
    ("development", Environment.Kind.DEV, Policy()),
)


def ensure_project(name: str, *, folder: str = "") -> Project:
    """The project of that name with its environments; what is there stays as it is."""
    project, _ = Project.objects.get_or_create(name=name, defaults={"folder": folder})
    for name_, kind, policy in ENVIRONMENTS:
        with transaction.atomic():
            environment, made = Environment.objects.get_or_create(
                project=project, name=name_, defaults={"kind": kind}
            )
            if made:
                policies.add(environment, policy, None, note="as every new environment begins")
    return project


@transaction.atomic
def grant(
    username: str, role: Role, project: str, *, environment: str = "", password: str = ""
) -> Membership:
    """A role for a person, who is made where there is none of that name.

    A password replaces the one there was; a new person without one cannot sign in.

    Raises:
        MisuseError: the environment is not there, or the password is too weak.
    """
    found = ensure_project(project)
    place = found.environments.filter(name=environment).first()
    if environment and place is None:
        names = ", ".join(found.environments.values_list("name", flat=True))
        raise MisuseError(
            f"project {project} has no environment {environment}", hint=f"It has {names}."
        )
    user, made = User.objects.get_or_create(username=username)
    if password:
        _check(password, user)
        user.set_password(password)
    elif made:
        user.set_unusable_password()
    user.save()
    membership, _ = Membership.objects.get_or_create(
        user=user, project=found, environment=place, role=role
    )
    return membership


def _check(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise MisuseError("the password is too weak", detail=" ".join(error.messages)) from error
