from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("studio", "0001_initial"),)

    operations = (
        migrations.AddField(
            model_name="verification",
            name="rows",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="verification",
            name="keep",
            field=models.BooleanField(default=False),
        ),
    )
