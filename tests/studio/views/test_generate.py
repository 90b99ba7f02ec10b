"""Generate: what is declared beside what will be there, its questions, and the change."""

from __future__ import annotations

from collections.abc import Callable

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from studio.models import Change, DeclaredVersion, Target
from studio.services import changes
from tests.studio.conftest import MakeChange, MakeTarget

SignIn = Callable[[str], Client]

DECLARED = """CREATE TABLE users (
    id bigint PRIMARY KEY, mail text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT '2024-01-01', seen_at timestamptz NOT NULL);"""


def declare(client: Client, target: Target, text: str = DECLARED) -> str:
    given = {"target": target.pk, "text": text}
    return str(client.post("/generate?kind=text", given)["Location"])


def test_what_two_schemas_cannot_tell_is_asked(sign_in: SignIn, target: Target) -> None:
    client = sign_in("author")
    address = declare(client, target)

    response = client.get(address)
    assertContains(response, "rename:column:public.users.email")
    assertContains(response, "drop:column:public.users.legacy_uuid")
    assertContains(response, "fill:column:public.users.seen_at")

    refused = client.post(address, {"name": "seen"})
    assertContains(refused, "a required column has no value")

    made = client.post(
        address,
        {
            "name": "seen",
            "rename:column:public.users.email": "mail",
            "drop:column:public.users.legacy_uuid": "archive",
            "fill:column:public.users.seen_at": "created_at",
        },
    )
    change = Change.objects.get()
    assertRedirects(made, reverse("change", args=[change.pk]))
    kinds = {operation.kind for operation in changes.migration(change).operations}
    assert {"renameColumn", "archiveColumn", "addColumn", "backfill"} <= kinds


def test_a_type_that_writes_every_row_may_change_in_two_changes(
    sign_in: SignIn, make_target: MakeTarget
) -> None:
    target = make_target("CREATE TABLE visits (id integer PRIMARY KEY)")
    client = sign_in("author")
    address = declare(client, target, "CREATE TABLE visits (id bigint PRIMARY KEY);")
    assertContains(client.get(address), "expand:column:public.visits.id")

    client.post(address, {"name": "big ids", "expand:column:public.visits.id": "1"})

    expand, contract = map(changes.migration, Change.objects.order_by("migration_id"))
    assert [operation.kind for operation in expand.operations] == ["expandColumn"]
    assert [operation.kind for operation in contract.operations] == ["contractColumn"]
    assert contract.needs == expand.id


def test_a_declared_schema_that_does_not_load_names_its_line(
    sign_in: SignIn, target: Target
) -> None:
    client = sign_in("author")
    address = declare(client, target, "CREATE TABLE a (id int);\nCREATE TABEL b (id int);\n")

    assertContains(client.get(address), "declared.sql:2", status_code=503)


def test_files_are_uploaded(sign_in: SignIn, target: Target) -> None:
    files = [
        SimpleUploadedFile("b.sql", b"CREATE TABLE b (id int);"),
        SimpleUploadedFile("a.sql", b"CREATE TABLE a (id int);"),
    ]
    sign_in("author").post("/generate?kind=files", {"target": target.pk, "files": files})

    assert [name for name, _ in DeclaredVersion.objects.get().files] == ["a.sql", "b.sql"]


def test_a_file_that_is_no_text_is_refused(sign_in: SignIn, target: Target) -> None:
    files = [SimpleUploadedFile("a.sql", b"\xff\xfe\x00")]
    response = sign_in("author").post("/generate?kind=files", {"target": target.pk, "files": files})
    assertContains(response, "a file is not text")


def test_nothing_to_change_is_said(sign_in: SignIn, target: Target) -> None:
    client = sign_in("author")
    given = {"target": target.pk, "other": target.pk}
    address = client.post("/generate?kind=target", given)["Location"]

    assertContains(client.get(address), "Nothing to change")


def test_what_makes_live_equal_what_is_declared_is_named(
    sign_in: SignIn, target: Target, make_change: MakeChange
) -> None:
    pending = make_change(target)
    client = sign_in("author")
    columns = "email text NOT NULL, created_at timestamptz NOT NULL DEFAULT '2024-01-01'"
    wanted = f"CREATE TABLE users (id bigint PRIMARY KEY, {columns}, last_login timestamptz);"

    page = client.get(declare(client, target, wanted))

    assertContains(page, "Nothing to change")
    assertContains(page, reverse("change", args=[pending.pk]))


def test_what_is_pending_counts_as_there_and_is_named(
    sign_in: SignIn, target: Target, make_change: MakeChange
) -> None:
    """It adds last_login and parks legacy_uuid; what is declared has neither."""
    pending = make_change(target)
    client = sign_in("author")
    bare = "CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, created_at timestamptz"
    address = declare(client, target, f"{bare} NOT NULL DEFAULT '2024-01-01');")

    page = client.get(address)

    assertContains(page, reverse("change", args=[pending.pk]))
    assertContains(page, "is not applied yet, and counts as applied here")
    assertContains(page, "drop:column:public.users.last_login")
    assertNotContains(page, "drop:column:public.users.legacy_uuid")
    # Beside what is declared stands what will be there.
    assertContains(page, "After what is pending</th>")
    assertContains(page, '<span class="n">last_login</span>')
    assertNotContains(page, '<span class="n">legacy_uuid</span>')


def test_nothing_pending_is_named_where_nothing_is(sign_in: SignIn, target: Target) -> None:
    client = sign_in("author")

    assertNotContains(client.get(declare(client, target)), "counts as applied here")
