"""zanith.toml: what a project says once, so that commands need not repeat it."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from migrate_core.declared.renamed import RenamedFrom, written
from migrate_core.errors import InvalidNameError, MisuseError
from migrate_core.risk.levels import Level
from migrate_core.risk.reasons import REASONS
from migrate_core.schema.objects import Value

FILE = "zanith.toml"
TARGET_VARIABLE = "ZANITH_TARGET_URL"
SHADOW_VARIABLE = "SHADOW_URL"
SHAPE_VARIABLE = "ZANITH_SHADOW_SHAPE"
Shape = Literal["auto", "database", "schema"]


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


class ShadowSettings(Value, frozen=True, kw_only=True):
    """How a rehearsal is kept apart from everything else."""

    shape: Shape = "auto"  # a database; a schema where the login may make none
    on_production: bool = False  # an ephemeral schema in a production target's own database


class PolicySettings(Value, frozen=True, kw_only=True):
    """What the gates ask for; `budget` may be left out: scores are shown, not judged."""

    budget: int | None = None
    verify: bool = True
    approvals: int = 0
    fail_on: tuple[str, ...] = ()


class RecoverySettings(Value, frozen=True, kw_only=True):
    """How long what has expired still stays, before a clean-up may take it."""

    grace_days: int = 7


class _Document(Value, frozen=True, kw_only=True):
    declared: DeclaredSettings = DeclaredSettings()
    migrations: MigrationSettings = MigrationSettings()
    target: TargetSettings = TargetSettings()
    shadow: ShadowSettings = ShadowSettings()
    policy: PolicySettings = PolicySettings()
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
    policy: PolicySettings = PolicySettings()
    recovery: RecoverySettings = RecoverySettings()
    target_url: str | None = None
    shadow_url: str | None = None
    renames: tuple[RenamedFrom, ...] = ()
    declared_url: str | None = None  # what the variable named by `declared.database` holds


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
        document, folder = _read(file), file.parent
    return Configuration(
        folder=folder,
        declared=document.declared,
        migrations=folder / document.migrations.folder,
        schema_file=document.migrations.schema,
        schemas=document.target.schemas or None,
        production=document.target.production,
        shadow=_shadow(document.shadow, env.get(SHAPE_VARIABLE)),
        policy=document.policy,
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


def _read(file: Path) -> _Document:
    try:
        value = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        problem = f"cannot be read: {error.strerror}"
        raise ConfigurationError(problem, file=file, hint="Check the path.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"not TOML: {error}", file=file) from error
    document = _convert(value, file)
    _check(document, file)
    return document


def _convert(value: dict[str, Any], file: Path) -> _Document:
    try:
        return msgspec.convert(value, _Document, strict=True)
    except msgspec.ValidationError as error:
        problem, _, place = str(error).partition(" - at ")
        key = place.strip("`").removeprefix("$").removeprefix(".")
        raise ConfigurationError(
            problem[:1].lower() + problem[1:],
            file=file,
            key=key,
            hint="docs/cli.md lists every key of zanith.toml.",
        ) from error


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
    budget = document.policy.budget
    if budget is not None and not 0 <= budget <= 100:
        raise ConfigurationError(
            f"{budget} is not between 0 and 100",
            file=file,
            key="policy.budget",
            hint=f"Levels score {', '.join(f'{level} {level.score}' for level in Level)}.",
        )
    if document.recovery.grace_days < 0:
        raise ConfigurationError(
            f"{document.recovery.grace_days} is below zero", file=file, key="recovery.grace_days"
        )
    check_codes(document.policy.fail_on, where=f"{file}: policy.fail_on")


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
    "FILE",
    "SHADOW_VARIABLE",
    "SHAPE_VARIABLE",
    "TARGET_VARIABLE",
    "Configuration",
    "ConfigurationError",
    "DeclaredSettings",
    "MigrationSettings",
    "PolicySettings",
    "RecoverySettings",
    "ShadowSettings",
    "TargetSettings",
    "check_codes",
    "load_config",
    "require",
]
