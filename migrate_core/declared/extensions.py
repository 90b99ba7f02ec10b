"""Extensions of a declared schema: installed beforehand, by the provisioner, if allowed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import psycopg
from msgspec import Struct

from migrate_core.declared.mentions import WantedExtension
from migrate_core.declared.mirror import Mirrored
from migrate_core.errors import ShadowError
from migrate_core.pg.ddl import ddl, literal

# Extensions that give a schema types, functions or indexes, and no way out of the database
# (dblink, postgres_fdw, file_fdw and the untrusted languages are not here for that reason).
ALLOWED = frozenset(
    """
    amcheck bloom btree_gin btree_gist citext cube dict_int dict_xsyn earthdistance
    fuzzystrmatch h3 hll hstore hypopg intarray ip4r isn lo ltree moddatetime pg_hashids pg_ivm
    pg_jsonschema pg_stat_statements pg_trgm pg_uuidv7 pgcrypto pgstattuple plpgsql postgis
    postgis_raster postgis_sfcgal postgis_topology prefix rum seg semver tablefunc tcn
    tsm_system_rows tsm_system_time unaccent unit uuid-ossp vector
    """.split()  # noqa: SIM905 - a wrapped text is what a person can read and compare
)


class Installed(Struct, frozen=True):
    extensions: frozenset[str] = frozenset()
    schemas: frozenset[str] = frozenset()  # made for them
    mirrored: tuple[Mirrored, ...] = ()  # versions, beside those of the target


def install(
    conn: psycopg.Connection[Any],
    wanted: Sequence[WantedExtension],
    *,
    owner: str,
    allowed: Collection[str] = ALLOWED,
    versions: Mapping[str, str] | None = None,
) -> Installed:
    """Create what is asked for; `conn` is the provisioner in a database nobody has used yet.

    `versions` are those of the target; another is taken where the server lacks the script.

    Raises:
        ShadowError: not allowed, not on the server, or the provisioner may not create it.
    """
    offers = conn.execute(
        "SELECT name::text, version FROM pg_catalog.pg_available_extension_versions"
    ).fetchall()
    offered = {name for name, _ in offers}
    schemas: set[str] = set()
    for extension in wanted:
        if extension.name == "plpgsql":  # every database has it
            continue
        _check(extension, offered, allowed)
        schema = extension.schema or "public"
        if schema not in ("public", "pg_catalog"):
            conn.execute(
                ddl("CREATE SCHEMA IF NOT EXISTS {s} AUTHORIZATION {o}", s=schema, o=owner)
            )
            schemas.add(schema)
        version = (versions or {}).get(extension.name)
        known = version if (extension.name, version) in offers else None
        _create(conn, extension.name, schema, owner, known)
    found = dict(conn.execute("SELECT extname::text, extversion FROM pg_catalog.pg_extension"))
    return Installed(frozenset(found), frozenset(schemas), _compared(found, versions or {}))


def _compared(found: Mapping[str, str], wanted: Mapping[str, str]) -> tuple[Mirrored, ...]:
    """Versions beside those of the target, plpgsql's apart: that one is the server's."""
    both = sorted((found.keys() & wanted.keys()) - {"plpgsql"})
    return tuple(
        Mirrored(
            what=f"extension {name}",
            done=found[name] == wanted[name],
            note=f"version {found[name]}"
            if found[name] == wanted[name]
            else f"version {found[name]}: the shadow does not offer {wanted[name]}",
        )
        for name in both
    )


def _check(extension: WantedExtension, offered: set[str], allowed: Collection[str]) -> None:
    if extension.name not in allowed:
        raise ShadowError(
            f'the extension "{extension.name}" is not allowed on the shadow',
            detail="Only extensions that cannot reach out of their database are created there.",
            hint="Declare the schema without it, or allow it in the shadow's settings.",
        )
    if extension.name not in offered:
        raise ShadowError(
            f'the extension "{extension.name}" is not installed on the shadow server',
            detail="It is not among pg_available_extensions.",
            hint=f"Install the package that holds {extension.name} on the shadow server.",
        )


def _create(
    conn: psycopg.Connection[Any], name: str, schema: str, owner: str, version: str | None
) -> None:
    """By the database's owner where PostgreSQL trusts the extension: then it can go again."""
    create = ddl(
        "CREATE EXTENSION IF NOT EXISTS {name} WITH SCHEMA {schema}", name=name, schema=schema
    )
    if version is not None:
        create += ddl(" VERSION {version}", version=literal(version))
    create += " CASCADE"
    conn.execute(ddl("SET ROLE {owner}", owner=owner))
    try:
        conn.execute(create)
    except psycopg.errors.InsufficientPrivilege:
        conn.execute("RESET ROLE")
    else:
        conn.execute("RESET ROLE")
        return
    try:
        conn.execute(create)
    except psycopg.errors.InsufficientPrivilege as error:
        raise ShadowError(
            f'the shadow\'s provisioner may not create the extension "{name}"',
            detail=error.diag.message_primary or "",
            hint="It is not a trusted extension: give the shadow a provisioner that is a"
            " superuser, or one that may create it.",
            sqlstate=error.sqlstate or "",
        ) from error
