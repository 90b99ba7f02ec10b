from __future__ import annotations

import pytest

from migrate_core.errors import UncoveredChangeError
from migrate_core.pg.names import QualifiedName
from migrate_core.schema.access import (
    OWNER,
    PUBLIC,
    DefaultPrivilege,
    Owner,
    Privilege,
    born,
    handed_over,
    is_given,
)
from migrate_core.schema.altering import altered
from migrate_core.schema.definitions import Definition
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Column, Table
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.renaming import rename_column, rename_table
from migrate_core.schema.rights import Change, with_change

T = QualifiedName("public", "t")
REF = Ref.of(ObjectKind.TABLE, T)
COLUMN = Ref.of(ObjectKind.COLUMN, T, "a")
ROUTINE = Ref(ObjectKind.ROUTINE, "public", "public.f()")
TABLE = Table(name=T, columns=(Column(name="a", type="int"),))


def on(ref: Ref, grantee: str, privilege: str = "SELECT", state: str = "granted") -> Privilege:
    return Privilege(object=ref, grantee=grantee, privilege=privilege, state=state)  # type: ignore[arg-type]


RIGHTS = SchemaGraph(
    tables=(TABLE,),
    owners=(Owner(object=REF, role="boss"),),
    privileges=(on(COLUMN, "app"), on(REF, "app")),
)


def test_a_renamed_object_keeps_its_owner_and_rights() -> None:
    graph = rename_column(rename_table(RIGHTS, T, "u"), QualifiedName("public", "u"), "a", "b")

    table = Ref(ObjectKind.TABLE, "public", "u")
    column = Ref(ObjectKind.COLUMN, "public", "u", "b")
    assert graph.owners == (Owner(object=table, role="boss"),)
    assert graph.privileges == (on(column, "app"), on(table, "app"))


def test_what_goes_takes_its_owner_and_rights_along() -> None:
    gone = RIGHTS.drop(Table, T)
    without = RIGHTS.put(Table(name=T))

    assert (gone.owners, gone.privileges) == ((), ())
    assert without.privileges == (on(REF, "app"),)


def test_what_is_new_is_born_with_default_privileges() -> None:
    defaults = (
        DefaultPrivilege(objects="tables", grantee="app", privilege="SELECT"),
        DefaultPrivilege(objects="tables", grantee="other", privilege="SELECT", role="boss"),
        DefaultPrivilege(objects="tables", grantee="x", privilege="INSERT", schema="elsewhere"),
    )

    graph = SchemaGraph(default_privileges=defaults).put(TABLE)

    assert graph.privileges == (on(REF, "app"),)


def test_one_schemas_defaults_give_back_what_is_revoked_everywhere() -> None:
    everywhere = DefaultPrivilege(
        objects="functions", grantee=PUBLIC, privilege="EXECUTE", state="revoked"
    )
    here = DefaultPrivilege(
        objects="functions", grantee=PUBLIC, privilege="EXECUTE", schema="public"
    )

    assert list(born([everywhere], ROUTINE)) == [on(ROUTINE, PUBLIC, "EXECUTE", "revoked")]
    assert list(born([everywhere, here], ROUTINE)) == []


def test_what_postgresql_gives_by_itself_is_no_right_of_its_own() -> None:
    assert is_given(ROUTINE, PUBLIC, "EXECUTE")
    assert is_given(REF, OWNER, "DELETE")
    assert not is_given(REF, PUBLIC, "SELECT")
    assert not is_given(COLUMN, OWNER, "SELECT")


def test_a_new_owner_has_its_own_rights_as_owner() -> None:
    had = [on(REF, "app"), on(REF, OWNER, "DELETE", "revoked"), on(REF, "x")]
    had += [on(REF, "app", "INSERT", "grantable")]

    assert set(handed_over(had, REF, "app")) == {
        on(REF, OWNER, "DELETE", "revoked"),
        on(REF, OWNER, "INSERT", "grantable"),
        on(REF, "x"),
    }


def test_what_is_revoked_on_a_table_is_revoked_on_its_columns() -> None:
    graph = with_change(RIGHTS, Change(REF, "app", ("SELECT",), "held", "none"))

    assert graph.privileges == ()


def server(*then: str) -> Definition:
    return Definition(
        kind=ObjectKind.SERVER, name="s", create="CREATE SERVER s FOREIGN DATA WRAPPER w", then=then
    )


def test_options_are_changed_one_by_one() -> None:
    old = server("ALTER SERVER s OPTIONS (ADD a '1')", "ALTER SERVER s OPTIONS (ADD b '1')")

    assert altered(
        old, ("ALTER SERVER s OPTIONS (ADD b '2')", "ALTER SERVER s OPTIONS (ADD c '3')")
    ) == (
        "ALTER SERVER s OPTIONS (DROP a)",
        "ALTER SERVER s OPTIONS (SET b '2')",
        "ALTER SERVER s OPTIONS (ADD c '3')",
    )


def test_a_secret_that_differs_is_refused_by_name() -> None:
    old = server("ALTER SERVER s OPTIONS (ADD password sha256 'aa')")

    assert altered(old, old.then) == ()
    with pytest.raises(UncoveredChangeError, match=r"server s has secrets.*: password"):
        altered(old, ("ALTER SERVER s OPTIONS (ADD password sha256 'bb')",))


def test_what_cannot_be_taken_back_is_refused() -> None:
    with pytest.raises(UncoveredChangeError, match="no way to take this back"):
        altered(server("ALTER SERVER s VERSION '1'"), ())
