"""What a command works on: zanith.toml, the environment and its own options, as one value."""

from __future__ import annotations

import getpass
import os
import socket
from argparse import Namespace
from pathlib import Path

import msgspec

from migrate_core import api
from migrate_core.declared.ephemeral import Shape
from migrate_core.declared.scratch import ShadowServer
from migrate_core.declared.sources import Source
from migrate_core.errors import MigrationFileError, MisuseError
from migrate_core.files.config import (
    SHADOW_VARIABLE,
    TARGET_VARIABLE,
    Configuration,
    check_codes,
    load_config,
    require,
)
from migrate_core.files.migration import Migration, file_name, line_of, read_folder
from migrate_core.pg.connect import Endpoint
from migrate_core.risk.policy import HIGHEST_BUDGET, Policy

ACTOR_VARIABLE = "ZANITH_ACTOR"
KEY_VARIABLE = "ZANITH_EVIDENCE_KEY"


class Project(msgspec.Struct, frozen=True, kw_only=True):
    config: Configuration
    args: Namespace

    @property
    def endpoint(self) -> Endpoint:
        """The target: `--database`, else ZANITH_TARGET_URL."""
        given = getattr(self.args, "database", None) or self.config.target_url
        purpose = "the target database"
        return Endpoint.from_url(
            require(given, variable=f"{TARGET_VARIABLE}, or use --database", purpose=purpose)
        )

    @property
    def shadow(self) -> ShadowServer:
        purpose = "the shadow server, where schemas are loaded and rehearsed"
        url = require(self.config.shadow_url, variable=SHADOW_VARIABLE, purpose=purpose)
        server = ShadowServer(
            Endpoint.from_url(url), shape=Shape(self.config.shadow.shape), schemas=self.schemas
        )
        allowed = self.config.shadow.on_production or not self.config.production
        if not allowed and (getattr(self.args, "database", None) or self.config.target_url):
            server.refuse_inside(self.endpoint)
        return server

    @property
    def schemas(self) -> tuple[str, ...] | None:
        return self.config.schemas

    @property
    def source(self) -> Source:
        found = api.declared_source(self.config)
        if found is None:
            raise MisuseError(
                "no declared schema is given",
                hint='Say where it is in zanith.toml, as [declared] folder = "declared".',
            )
        return found

    @property
    def policy(self) -> Policy:
        """zanith.toml's, with what the command's own options say on top."""
        base = self.config.policy_of(getattr(self.args, "environment", None) or "")
        risk = getattr(self.args, "max_risk", None)
        codes = tuple(getattr(self.args, "fail_on", ()))
        check_codes(codes, where="--fail-on")
        if risk is not None and not 0 <= risk <= HIGHEST_BUDGET:
            raise MisuseError(f"--max-risk {risk} is not between 0 and {HIGHEST_BUDGET}")
        return msgspec.structs.replace(
            base,
            budget=base.budget if risk is None else risk,
            fail_on=tuple(dict.fromkeys((*base.fail_on, *codes))),
        )

    @property
    def actor(self) -> str:
        """Who the record says it was; with the reason, where glass was broken."""
        who = os.environ.get(ACTOR_VARIABLE) or f"{_user()}@{socket.gethostname()}"
        reason = getattr(self.args, "break_glass", None)
        return f"{who} (broke the glass: {reason})" if reason else who

    @property
    def evidence_key(self) -> bytes | None:
        """What the record is chained with; kept outside the target."""
        return os.environ.get(KEY_VARIABLE, "").encode() or None

    def migrations(self) -> tuple[Migration, ...]:
        return read_folder(self.config.migrations)

    def path(self, migration: Migration) -> Path:
        return self.config.migrations / file_name(migration)

    def located(self, error: MigrationFileError) -> MigrationFileError:
        """The same error with the line of the operation it speaks of."""
        path = self.config.migrations / error.file
        if error.line or not error.operation or not path.exists():
            return error
        text = path.read_text(encoding="utf-8-sig")
        _, _, problem = error.message.partition(f"operation {error.operation}: ")
        return MigrationFileError(
            problem,
            file=str(path),
            line=line_of(text, error.operation, file=str(path)),
            operation=error.operation,
            detail=error.detail,
            hint=error.hint,
        )


def open_project(args: Namespace) -> Project:
    return Project(config=load_config(args.config), args=args)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # no name for our uid, as in some containers
        return f"uid {os.getuid()}"
