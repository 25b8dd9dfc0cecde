import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('platform', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='BookVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.IntegerField()),
                ('data', models.JSONField()),
                ('since', models.DateTimeField()),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='platform.workspace')),
            ],
            options={
                'abstract': False,
                'default_manager_name': '_rows',
                'constraints': [models.UniqueConstraint(fields=('workspace', 'number'), name='brand_book_versions')],
            },
            managers=[
                ('_rows', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Persona',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=63)),
                ('title', models.CharField(max_length=120)),
                ('data', models.JSONField(default=dict, help_text='about, wants, needs, tastes, media: what personas/NAME.yaml says.')),
                ('segment', models.CharField(blank=True, max_length=63)),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='platform.workspace')),
            ],
            options={
                'abstract': False,
                'default_manager_name': '_rows',
                'constraints': [models.UniqueConstraint(fields=('workspace', 'name'), name='one_persona_per_name')],
            },
            managers=[
                ('_rows', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Product',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=80)),
                ('name', models.CharField(max_length=200)),
                ('price', models.BigIntegerField(null=True)),
                ('currency', models.CharField(max_length=3)),
                ('stock', models.IntegerField(null=True)),
                ('picture', models.URLField(blank=True, max_length=500)),
                ('link', models.URLField(blank=True, max_length=500)),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='platform.workspace')),
            ],
            options={
                'abstract': False,
                'default_manager_name': '_rows',
                'constraints': [models.UniqueConstraint(fields=('workspace', 'key'), name='one_product_per_key')],
            },
            managers=[
                ('_rows', django.db.models.manager.Manager()),
            ],
        ),
    ]
