"""From what was declared in a form or a folder to a source that migrate_core reads."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

from migrate_core.declared.sources import (
    DatabaseSource,
    FolderSource,
    SnapshotSource,
    Source,
    TextSource,
)
from migrate_core.files.config import load_config
from migrate_core.pg.connect import plan_session
from migrate_core.snapshots import store
from studio.models import DeclaredVersion, Project, Target
from studio.permissions import Action
from studio.services import targets
from studio.services.changes import require
from studio.services.refusals import StaleError

LARGEST_BYTES = 5 * 1024 * 1024


def source(declared: DeclaredVersion) -> Source:
    """
    Raises:
        StaleError: what it names is gone.
    """
    match declared.kind:
        case DeclaredVersion.Kind.TEXT:
            return TextSource(files=tuple((name, text) for name, text in declared.files))
        case DeclaredVersion.Kind.FOLDER:
            return FolderSource(path=declared.folder)
        case DeclaredVersion.Kind.TARGET if declared.source_target:
            return DatabaseSource(endpoint=targets.endpoint(declared.source_target))
        case DeclaredVersion.Kind.SNAPSHOT:
            return _snapshot(declared)
    raise StaleError("what was declared is no longer there", hint="Declare the schema again.")


def _snapshot(declared: DeclaredVersion) -> Source:
    with closing(plan_session(targets.endpoint(declared.target), targets.APPLICATION)) as conn:
        graph = store.load(conn, declared.snapshot)
    if graph is None:
        raise StaleError(
            f"there is no snapshot {declared.snapshot[:12]} of this target",
            hint="Choose one on the target's page of snapshots.",
        )
    return SnapshotSource(graph=graph)


def from_text(target: Target, files: list[tuple[str, str]], user: Any) -> DeclaredVersion:
    """Uploaded or pasted SQL, kept as it was given."""
    require(user, Action.CREATE, target)
    size = sum(len(text.encode()) for _, text in files)
    if size > LARGEST_BYTES:
        raise StaleError(
            f"{size / 1024 / 1024:.1f} MB of SQL are too much",
            detail="A declared schema has at most 5 MB.",
            hint="Leave out data: only the schema is declared.",
        )
    names = ", ".join(name for name, _ in files[:3])
    more = f" and {len(files) - 3} more" if len(files) > 3 else ""
    return DeclaredVersion.objects.create(
        target=target,
        kind=DeclaredVersion.Kind.TEXT,
        label=f"{names}{more}",
        files=[list(file) for file in files],
        author=user,
    )


def from_folder(target: Target, folder: Path, user: Any) -> DeclaredVersion:
    """The files as they are now: a version does not change when the folder does."""
    files = [(str(path.relative_to(folder)), path.read_text()) for path in sql_files(folder)]
    made = from_text(target, files, user)
    made.label, made.folder = f"folder {folder.name}", str(folder)
    made.save(update_fields=["label", "folder"])
    return made


def sql_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.sql") if path.is_file())


def from_target(target: Target, other: Target, user: Any) -> DeclaredVersion:
    require(user, Action.CREATE, target)
    require(user, Action.READ, other)
    return DeclaredVersion.objects.create(
        target=target,
        kind=DeclaredVersion.Kind.TARGET,
        label=f"as target {other.name} is",
        source_target=other,
        author=user,
    )


def from_snapshot(target: Target, fingerprint: str, user: Any) -> DeclaredVersion:
    require(user, Action.CREATE, target)
    return DeclaredVersion.objects.create(
        target=target,
        kind=DeclaredVersion.Kind.SNAPSHOT,
        label=f"snapshot {fingerprint[:8]}",
        snapshot=fingerprint,
        author=user,
    )


def project_folder(project: Project) -> Path:
    """The declared folder that the project's zanith.toml names; commands stay in the CLI."""
    config = load_config(Path(project.folder) / "zanith.toml", {})
    if config.declared.folder is None:
        raise StaleError(
            "the project's zanith.toml declares no folder",
            hint="Name one under [declared], or paste the SQL.",
        )
    return config.folder / config.declared.folder
