"""zanith.toml: what a project says once, so that commands need not repeat it."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec

from migrate_core.declared.renamed import RenamedFrom, written
from migrate_core.errors import InvalidNameError, MisuseError
from migrate_core.files import policies
from migrate_core.files.policies import PolicyTable, PolicyTables
from migrate_core.risk.policy import Policy
from migrate_core.risk.reasons import REASONS
from migrate_core.schema.objects import Value

FILE = "zanith.toml"
TARGET_VARIABLE = "ZANITH_TARGET_URL"
SHADOW_VARIABLE = "SHADOW_URL"
SHAPE_VARIABLE = "ZANITH_SHADOW_SHAPE"
ENVIRONMENT_VARIABLE = "ZANITH_ENVIRONMENT"
Shape = Literal["auto", "database", "schema"]
T = TypeVar("T")


class ConfigurationError(MisuseError):
    """zanith.toml does not say what it should."""

    code = "configuration"

    def __init__(self, problem: str, *, file: Path, key: str = "", hint: str = "") -> None:
        super().__init__(f"{file}: {key}: {problem}" if key else f"{file}: {problem}", hint=hint)
        self.file, self.key = file, key


class DeclaredSettings(Value, frozen=True, kw_only=True):
    """Where the wanted schema comes from: one of these."""

    folder: str | None = None
    file: str | None = None
    command: tuple[str, ...] | None = None  # its standard output is DDL
    build: tuple[str, ...] | None = None  # is handed the URL of an empty database
    database: str | None = None  # the name of an environment variable that holds a URL

    @property
    def given(self) -> tuple[str, ...]:
        return tuple(
            name for name in self.__struct_fields__ if getattr(self, name) not in (None, ())
        )


class MigrationSettings(Value, frozen=True, kw_only=True):
    folder: str = "migrations"
    schema: str = ""  # where editors find the JSON Schema, seen from a migration file


class TargetSettings(Value, frozen=True, kw_only=True):
    schemas: tuple[str, ...] = ()  # none: every schema but the system's
    production: bool = False
    environment: str = ""  # whose policy is asked, where there are several


class ShadowSettings(Value, frozen=True, kw_only=True):
    """How a rehearsal is kept apart from everything else."""

    shape: Shape = "auto"  # a database; a schema where the login may make none
    on_production: bool = False  # an ephemeral schema in a production target's own database


class RecoverySettings(Value, frozen=True, kw_only=True):
    """How long what has expired still stays, before a clean-up may take it."""

    grace_days: int = 7


class _Document(Value, frozen=True, kw_only=True):
    declared: DeclaredSettings = DeclaredSettings()
    migrations: MigrationSettings = MigrationSettings()
    target: TargetSettings = TargetSettings()
    shadow: ShadowSettings = ShadowSettings()
    policy: PolicyTables = PolicyTables()
    recovery: RecoverySettings = RecoverySettings()
    # New name -> old: "people" or "public.people.mail".
    renames: dict[str, str] = msgspec.field(default_factory=dict)


class Configuration(Value, frozen=True, kw_only=True):
    """zanith.toml, its paths made relative to its folder, and what the environment adds."""

    folder: Path = Path()
    declared: DeclaredSettings = DeclaredSettings()
    migrations: Path = Path("migrations")
    schema_file: str = ""  # "": generate keeps a copy beside the migrations
    schemas: tuple[str, ...] | None = None
    production: bool = False
    shadow: ShadowSettings = ShadowSettings()
    policy: Policy = Policy()  # where no environment has one of its own
    policies: dict[str, Policy] = msgspec.field(default_factory=dict)  # by environment
    environment: str = ""
    recovery: RecoverySettings = RecoverySettings()
    target_url: str | None = None
    shadow_url: str | None = None
    renames: tuple[RenamedFrom, ...] = ()
    declared_url: str | None = None  # what the variable named by `declared.database` holds

    def policy_of(self, environment: str = "") -> Policy:
        """The policy that is asked: of `environment`, else of the one that is configured.

        Raises:
            MisuseError: there are several and none is named, or none has that name.
        """
        name = environment or self.environment
        if name in self.policies:
            return self.policies[name]
        if not name and not self.policies:
            return self.policy
        known = ", ".join(self.policies) or "none"
        said = f"there is no policy for environment {name!r}" if name else "no environment is named"
        raise MisuseError(
            said,
            detail=f"{FILE} has policies of its own for: {known}.",
            still_true="Nothing was changed.",
            hint=f"Name one by --environment, {ENVIRONMENT_VARIABLE} or [target] environment.",
        )


def load_config(
    path: Path | None = None, environment: Mapping[str, str] | None = None
) -> Configuration:
    """Read `path`, or ./zanith.toml where there is one; else everything has its default.

    Raises:
        ConfigurationError: not TOML, an unknown key, a wrong type; with file and key.
    """
    env = os.environ if environment is None else environment
    file = path or Path(FILE)
    if path is None and not file.exists():
        document, folder = _Document(), Path()
    else:
        document, folder = parse(_text(file), file), file.parent
    return Configuration(
        folder=folder,
        declared=document.declared,
        migrations=folder / document.migrations.folder,
        schema_file=document.migrations.schema,
        schemas=document.target.schemas or None,
        production=document.target.production,
        shadow=_shadow(document.shadow, env.get(SHAPE_VARIABLE)),
        policy=document.policy.everywhere(),
        policies={name: document.policy.of(name) for name in document.policy.environments},
        environment=env.get(ENVIRONMENT_VARIABLE) or document.target.environment,
        recovery=document.recovery,
        renames=_renames(document, file),
        target_url=env.get(TARGET_VARIABLE) or None,
        shadow_url=env.get(SHADOW_VARIABLE) or None,
        declared_url=env.get(document.declared.database or "") or None,
    )


def _shadow(settings: ShadowSettings, shape: str | None) -> ShadowSettings:
    if not shape:
        return settings
    try:
        chosen: Shape = msgspec.convert(shape, Shape)
    except msgspec.ValidationError as error:
        raise MisuseError(
            f"{SHAPE_VARIABLE} is {shape!r}", hint="Set it to auto, database or schema."
        ) from error
    return msgspec.structs.replace(settings, shape=chosen)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        problem = f"cannot be read: {error.strerror}"
        raise ConfigurationError(problem, file=file, hint="Check the path.") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"not TOML: {error}", file=file) from error


def parse(text: str, file: Path) -> _Document:
    """
    Raises:
        ConfigurationError: not TOML, an unknown key, a wrong value; with file and key.
    """
    try:
        value = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"not TOML: {error}", file=file) from error
    document = _convert(value, file)
    _check(document, file)
    return document


def _convert(value: dict[str, Any], file: Path) -> _Document:
    policy = value.get("policy")
    tables = policy.get("environments") if isinstance(policy, dict) else None
    for name, table in tables.items() if isinstance(tables, dict) else ():
        # By itself first: of a table with names for keys, an error does not say which.
        _converted(table, PolicyTable, file, f"policy.environments.{name}")
    return _converted(value, _Document, file)


def _converted(value: object, kind: type[T], file: Path, within: str = "") -> T:
    try:
        return msgspec.convert(value, kind, strict=True)
    except msgspec.ValidationError as error:
        problem, _, place = str(error).partition(" - at ")
        # A key of a table is at "`key` in `$.table`".
        path = place.rpartition("`$")[2] if "`key` in" in place else place.strip("`")
        path = path.strip("`").removeprefix("$").removeprefix(".")
        key = ".".join(part for part in (within, path) if part)
        policy = key.startswith("policy")
        listed = "docs/policies.md lists every key of a policy." if policy else _LISTED
        problem = problem[:1].lower() + problem[1:]
        raise ConfigurationError(problem, file=file, key=key, hint=listed) from error


_LISTED = "docs/cli.md lists every key of zanith.toml."


def _renames(document: _Document, file: Path) -> tuple[RenamedFrom, ...]:
    try:
        return tuple(written(new, old) for new, old in document.renames.items())
    except InvalidNameError as error:
        raise ConfigurationError(
            error.message,
            file=file,
            key="renames",
            hint='Write the new name and the old one: "public.people.mail" = "email".',
        ) from error


def _check(document: _Document, file: Path) -> None:
    given = document.declared.given
    if len(given) > 1:
        raise ConfigurationError(
            f"{' and '.join(given)} are both given",
            file=file,
            key="declared",
            hint="Keep one source.",
        )
    if document.recovery.grace_days < 0:
        raise ConfigurationError(
            f"{document.recovery.grace_days} is below zero", file=file, key="recovery.grace_days"
        )
    for found in policies.problems_of(document.policy):
        raise ConfigurationError(found.says, file=file, key=found.key, hint=found.hint)


def check_codes(codes: tuple[str, ...], *, where: str) -> None:
    """Raises MisuseError at a reason code that does not exist: it would never refuse."""
    unknown = [code for code in codes if code not in REASONS]
    if unknown:
        raise MisuseError(
            f"{where}: there is no reason code {unknown[0]!r}",
            hint=f"Codes are {', '.join(sorted(REASONS))}.",
        )


def require(value: str | None, *, variable: str, purpose: str) -> str:
    """A setting without which a command cannot work.

    Raises:
        MisuseError: it is missing; says where to put it.
    """
    if value:
        return value
    raise MisuseError(f"{purpose} is not given", hint=f"Set {variable}.")


__all__ = [
    "ENVIRONMENT_VARIABLE",
    "FILE",
    "SHADOW_VARIABLE",
    "SHAPE_VARIABLE",
    "TARGET_VARIABLE",
    "Configuration",
    "ConfigurationError",
    "DeclaredSettings",
    "MigrationSettings",
    "RecoverySettings",
    "ShadowSettings",
    "TargetSettings",
    "check_codes",
    "load_config",
    "parse",
    "require",
]
