"""What is declared, and what a person answers about the difference."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict

from migrate_core.diff.renames import RenameQuestion
from migrate_core.schema.delta import Answers, DropMode, Rename
from migrate_core.schema.objects import Table
from migrate_core.schema.refs import ObjectKind, Ref
from studio.models import Target

KINDS = (
    ("text", "Paste SQL"),
    ("files", "Upload files"),
    ("folder", "Folder on this server"),
    ("target", "Another target"),
    ("snapshot", "Snapshot"),
)


# What each kind asks for besides the target.
_FIELDS = {"text": "text", "target": "other", "snapshot": "snapshot"}


class SourceForm(forms.Form):
    """Where the declared schema comes from; only the fields of the chosen kind."""

    target = forms.ModelChoiceField(queryset=Target.objects.none())
    text = forms.CharField(
        label="SQL",
        strip=False,
        widget=forms.Textarea(attrs={"rows": 18, "class": "mono", "spellcheck": "false"}),
        help_text="The whole schema as DDL, in any order; psql's own lines are passed over.",
    )
    other = forms.ModelChoiceField(queryset=Target.objects.none(), label="As this target is now")
    snapshot = forms.CharField(label="Snapshot", help_text="Its fingerprint.")

    def __init__(self, *args: Any, kind: str, targets: Any, others: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, found in (("target", targets), ("other", others)):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = found
        for name in set(_FIELDS.values()) - {_FIELDS.get(kind)}:
            del self.fields[name]


def uploaded(files: MultiValueDict[str, Any]) -> list[tuple[str, str]]:
    """(name, text) of every file.

    Raises:
        UnicodeDecodeError: one is not text.
    """
    found = sorted(files.getlist("files"), key=lambda file: file.name or "")
    return [((file.name or "declared.sql"), file.read().decode("utf-8")) for file in found]


def drops(there: Sequence[Table], wanted: Sequence[Table]) -> list[Ref]:
    """Every table and column that will be there and is not declared."""
    declared = {table.name: table for table in wanted}
    found = []
    for table in there:
        new = declared.get(table.name)
        if new is None:
            found.append(Ref.of(ObjectKind.TABLE, table.name))
            continue
        kept = {column.name for column in new.columns}
        found += [
            Ref.of(ObjectKind.COLUMN, table.name, column.name)
            for column in table.columns
            if column.name not in kept
        ]
    return found


def key(ref: Ref) -> str:
    return f"{ref.kind}:{ref}"


def answers(
    data: Any,
    *,
    dropped: Sequence[Ref],
    asked: Sequence[RenameQuestion],
    offered: Sequence[Ref],
    expandable: Sequence[Ref] = (),
) -> Answers:
    """From a form's fields; what was not answered keeps its safe default.

    `drop:<ref>` soft | archive | plain; `rename:<ref>` the new name; `fill:<ref>` an expression;
    `expand:<ref>` 1.
    """
    renames = [
        Rename(old=question.old, new=question.new)
        for question in asked
        if data.get(f"rename:{key(question.old)}") == question.new
    ]
    modes = [(ref, data.get(f"drop:{key(ref)}")) for ref in dropped]
    fills = [(ref, (data.get(f"fill:{key(ref)}") or "").strip()) for ref in offered]
    known = set(DropMode)
    return Answers(
        drop_modes=tuple((ref, DropMode(mode)) for ref, mode in modes if mode in known),
        renames=tuple(renames),
        backfills=tuple((ref, text) for ref, text in fills if text),
        expand=tuple(ref for ref in expandable if data.get(f"expand:{key(ref)}") == "1"),
    )
