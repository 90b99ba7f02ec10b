from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("studio", "0002_verification_options"),)

    operations = (
        migrations.RemoveConstraint(model_name="run", name="one_run_at_a_time"),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.UniqueConstraint(
                fields=("target",),
                condition=models.Q(state="running"),
                name="one_run_at_a_time",
            ),
        ),
        migrations.AlterField(
            model_name="run",
            name="wanted",
            field=models.CharField(
                max_length=20,
                blank=True,
                default="",
                choices=[
                    ("", "go on"),
                    ("stop_after_step", "stop after this step"),
                    ("cancel", "cancel"),
                    ("pause", "pause"),
                ],
            ),
        ),
        *(
            migrations.AddField(model_name="run", name=name, field=field)
            for name, field in (
                ("losses", models.PositiveSmallIntegerField(default=0)),
                ("progress_at_loss", models.PositiveIntegerField(default=0)),
                ("lost_at", models.DateTimeField(null=True)),
                ("lost_worker", models.CharField(max_length=200, blank=True)),
                ("held_by", models.CharField(max_length=300, blank=True)),
                ("not_before", models.DateTimeField(null=True)),
                ("pace", models.PositiveSmallIntegerField(default=100)),
                ("live", models.JSONField(null=True, blank=True)),
                ("live_at", models.DateTimeField(null=True)),
            )
        ),
    )
