from django.conf import settings
from django.db import migrations, models

from migrate_core.risk.reasons import REASONS

HIGHEST_BUDGET, MOST_APPROVALS = 100, 20


def carry_over(apps, schema_editor):
    """What each environment asks for becomes its version 1."""
    environments = apps.get_model("studio", "Environment")
    versions = apps.get_model("studio", "PolicyVersion")
    approvals = apps.get_model("studio", "Approval")
    for environment in environments.objects.all():
        given = tuple(c.strip() for c in environment.fail_on.split(",") if c.strip())
        unknown = [code for code in given if code not in REASONS]
        first = versions.objects.create(
            environment=environment,
            number=1,
            text=_text(environment, [c for c in dict.fromkeys(given) if c in REASONS]),
            note="as it was before policies had versions"
            + (f"; left out, since no reason has it: {', '.join(unknown)}" if unknown else "")[
                :250
            ],
        )
        environment.policy_version = first
        environment.save(update_fields=["policy_version"])
        # An approval of another policy than this one stays without a version: it is void.
        approvals.objects.filter(
            target__environment=environment, policy=_as_approved(environment, given)
        ).update(policy_version=first)
    schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # tables are altered next


def _text(environment, codes):
    lines = ["[policy]"]
    if environment.budget is not None:
        lines.append(f"budget = {min(environment.budget, HIGHEST_BUDGET)}")
    lines += [
        f"verify = {'true' if environment.verify else 'false'}",
        'unknown_probes = "block"',
        f"approvals = {min(environment.approvals, MOST_APPROVALS)}",
        f"fail_on = [{', '.join(f'{chr(34)}{code}{chr(34)}' for code in codes)}]",
    ]
    return "\n".join(lines) + "\n"


def _as_approved(environment, codes):
    """How approvals wrote a policy down, defaults included."""
    return (
        f"Policy(budget={environment.budget!r}, verify={environment.verify!r},"
        f" approvals={environment.approvals!r}, fail_on={codes!r})"
    )[:300]


def carry_back(apps, schema_editor):
    raise NotImplementedError("the versions of policies would be lost")


class Migration(migrations.Migration):
    dependencies = (
        ("studio", "0004_evidence"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    )

    operations = (
        migrations.CreateModel(
            name="PolicyVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("text", models.TextField()),
                ("note", models.CharField(blank=True, max_length=300)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "author",
                    models.ForeignKey(
                        null=True, on_delete=models.PROTECT, to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "environment",
                    models.ForeignKey(
                        on_delete=models.PROTECT,
                        related_name="policy_versions",
                        to="studio.environment",
                    ),
                ),
            ],
            options={"ordering": ("-number",)},
        ),
        migrations.AddConstraint(
            model_name="policyversion",
            constraint=models.UniqueConstraint(
                fields=("environment", "number"), name="policy_version_is_numbered_once"
            ),
        ),
        migrations.AddField(
            model_name="environment",
            name="policy_version",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=models.PROTECT,
                related_name="+",
                to="studio.policyversion",
            ),
        ),
        migrations.AddField(
            model_name="approval",
            name="policy_version",
            field=models.ForeignKey(
                null=True,
                on_delete=models.PROTECT,
                related_name="approvals",
                to="studio.policyversion",
            ),
        ),
        migrations.AlterField(
            model_name="approval",
            name="policy",
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name="run",
            name="window",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "not for a window"),
                    ("asked", "put off to a window"),
                    ("missed", "its window had closed"),
                ],
                default="",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="run",
            name="policy_version",
            field=models.ForeignKey(
                null=True,
                on_delete=models.PROTECT,
                related_name="+",
                to="studio.policyversion",
            ),
        ),
        migrations.RunPython(carry_over, carry_back),
        *(
            migrations.RemoveField(model_name="environment", name=name)
            for name in ("approvals", "budget", "fail_on", "verify")
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION studio_refuse_policies() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION 'policies are on the record: no version is changed or deleted';
            END $$;
            CREATE TRIGGER policies_are_append_only BEFORE UPDATE OR DELETE ON studio_policyversion
            FOR EACH ROW EXECUTE FUNCTION studio_refuse_policies();
            """,
            "DROP TRIGGER policies_are_append_only ON studio_policyversion;"
            " DROP FUNCTION studio_refuse_policies();",
        ),
    )
