import django.db.models.deletion
import migrate_core.states
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("studio", "0003_live_control"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="run",
            name="undoes",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="undoings",
                to="studio.change",
            ),
        ),
        migrations.AlterField(
            model_name="change",
            name="state",
            field=models.CharField(
                choices=[
                    (
                        migrate_core.states.ChangeState["DRAFT"],
                        migrate_core.states.ChangeState["DRAFT"],
                    ),
                    (
                        migrate_core.states.ChangeState["PLANNED"],
                        migrate_core.states.ChangeState["PLANNED"],
                    ),
                    (
                        migrate_core.states.ChangeState["VERIFIED"],
                        migrate_core.states.ChangeState["VERIFIED"],
                    ),
                    (
                        migrate_core.states.ChangeState["APPROVED"],
                        migrate_core.states.ChangeState["APPROVED"],
                    ),
                    (
                        migrate_core.states.ChangeState["RUNNING"],
                        migrate_core.states.ChangeState["RUNNING"],
                    ),
                    (
                        migrate_core.states.ChangeState["FAILED"],
                        migrate_core.states.ChangeState["FAILED"],
                    ),
                    (
                        migrate_core.states.ChangeState["APPLIED"],
                        migrate_core.states.ChangeState["APPLIED"],
                    ),
                    (
                        migrate_core.states.ChangeState["REVERTED"],
                        migrate_core.states.ChangeState["REVERTED"],
                    ),
                    (
                        migrate_core.states.ChangeState["CLOSED"],
                        migrate_core.states.ChangeState["CLOSED"],
                    ),
                ],
                default=migrate_core.states.ChangeState["DRAFT"],
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="RecordCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "work",
                    models.CharField(
                        choices=[
                            ("queued", "queued"),
                            ("running", "running"),
                            ("done", "done"),
                            ("failed", "failed"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("report", models.JSONField(blank=True, null=True)),
                ("error", models.JSONField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                (
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "target",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="record_checks",
                        to="studio.target",
                    ),
                ),
            ],
            options={
                "ordering": ("-pk",),
            },
        ),
        migrations.CreateModel(
            name="RecordHead",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("seq", models.BigIntegerField(default=0)),
                ("mac", models.CharField(blank=True, max_length=64)),
                ("seen_at", models.DateTimeField()),
                (
                    "problem",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "none"),
                            ("gone", "the target does not have it any more"),
                            ("broken", "what came after it does not hold"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                ("broken", models.BigIntegerField(null=True)),
                (
                    "target",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="head",
                        to="studio.target",
                    ),
                ),
            ],
        ),
    ]
