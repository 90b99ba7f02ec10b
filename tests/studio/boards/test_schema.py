from __future__ import annotations

from migrate_core.pg.names import QualifiedName
from migrate_core.schema.access import Owner, Privilege
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Enum
from migrate_core.schema.refs import ObjectKind, Ref
from studio.boards.schema import differences

MOOD = QualifiedName("public", "mood")
REF = Ref.of(ObjectKind.ENUM, MOOD)
BARE = SchemaGraph().put(Enum(name=MOOD, values=("sad",)))
OWNED = BARE.with_owner(REF, "ann").with_privileges(
    REF, [Privilege(object=REF, grantee="bob", privilege="USAGE")]
)


def said(before: SchemaGraph, after: SchemaGraph) -> list[tuple[str, str]]:
    return [(diff.name, diff.change) for diff in differences(before, after)]


def test_rights_are_told_with_what_they_are_about() -> None:
    assert said(BARE, OWNED) == [
        ("public.mood", "same"),
        ("owner of enum public.mood", "added"),
        ("privileges on enum public.mood", "added"),
    ]
    assert OWNED.owners == (Owner(object=REF, role="ann"),)


def test_the_rights_on_what_goes_are_no_difference_of_their_own() -> None:
    assert said(OWNED, SchemaGraph()) == [("public.mood", "removed")]
