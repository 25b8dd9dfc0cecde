import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.manager
from django.conf import settings
from duologue.platform.database.first import FirstMigration
from django.db import migrations, models


class Migration(FirstMigration):

    initial = True

    dependencies = [
        ('platform', '0001_initial'),
        ('strategize', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Letter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.CharField(max_length=80)),
                ('every', models.CharField(help_text="Days by RFC 5545, as FREQ=WEEKLY;BYDAY=MO, on the workspace's clock.", max_length=120)),
                ('at', models.CharField(help_text='The hour there, as 08:00.', max_length=5)),
                ('form', models.CharField(help_text='letter, link or csv', max_length=6)),
                ('next_at', models.DateTimeField(help_text='Empty while nobody gets it.', null=True)),
                ('figures', models.JSONField(default=dict)),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='platform.workspace')),
            ],
            options={
                'abstract': False,
                'default_manager_name': '_rows',
            },
            managers=[
                ('_rows', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Issue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('at', models.DateTimeField()),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('handing over', 'Handing Over'), ('sent', 'Sent'), ('failed', 'Failed'), ('kept', 'Kept')], max_length=12)),
                ('subject', models.CharField(max_length=200)),
                ('body', models.JSONField(help_text='Its sentences; numbers are links as [12](/path).')),
                ('table', models.TextField(blank=True, help_text='The CSV that goes with it.')),
                ('detail', models.CharField(blank=True, max_length=300)),
                ('staff', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='platform.workspace')),
                ('letter', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='measure.letter')),
            ],
            options={
                'abstract': False,
                'default_manager_name': '_rows',
            },
            managers=[
                ('_rows', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Reader',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('letter', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='measure.letter')),
                ('staff', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='platform.workspace')),
            ],
            options={
                'abstract': False,
                'default_manager_name': '_rows',
            },
            managers=[
                ('_rows', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='ReportSnapshot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('batch_no', models.BigIntegerField()),
                ('at', models.DateTimeField()),
                ('data', models.JSONField()),
                ('dialogue', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='strategize.dialogue')),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='platform.workspace')),
            ],
            options={
                'abstract': False,
                'default_manager_name': '_rows',
            },
            managers=[
                ('_rows', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='BuyerCohorts',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('batch_no', models.BigIntegerField()),
                ('at', models.DateTimeField()),
                ('data', models.JSONField()),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='platform.workspace')),
            ],
            options={
                'abstract': False,
                'default_manager_name': '_rows',
                'constraints': [models.UniqueConstraint(fields=('workspace',), name='buyer_cohorts_once')],
            },
            managers=[
                ('_rows', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='CountedOrders',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('events', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ('touched', django.contrib.postgres.fields.ArrayField(base_field=models.DateTimeField(null=True), size=None)),
                ('amounts', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ('known', django.contrib.postgres.fields.ArrayField(base_field=models.BooleanField(), size=None)),
                ('buyers', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(null=True), size=None)),
                ('dialogue', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='strategize.dialogue')),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='platform.workspace')),
            ],
            options={
                'abstract': False,
                'default_manager_name': '_rows',
                'constraints': [models.UniqueConstraint(fields=('workspace', 'dialogue'), name='counted_orders_per_dialogue')],
            },
            managers=[
                ('_rows', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='GroupCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('by', models.CharField(max_length=20)),
                ('at', models.DateTimeField()),
                ('data', models.JSONField()),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='platform.workspace')),
            ],
            options={
                'abstract': False,
                'default_manager_name': '_rows',
                'constraints': [models.UniqueConstraint(fields=('workspace', 'by'), name='one_count_per_kind_of_group')],
            },
            managers=[
                ('_rows', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='GrowthDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('purpose', models.CharField(blank=True, max_length=40)),
                ('day', models.DateField()),
                ('joined', models.IntegerField(help_text='Said yes for the first time.')),
                ('back', models.IntegerField(help_text='Said yes again.')),
                ('confirmed', models.IntegerField(help_text='Of both: by a letter to their own address.')),
                ('left', models.IntegerField()),
                ('bounced', models.IntegerField()),
                ('reported', models.IntegerField()),
                ('barred', models.IntegerField(help_text='Erased, or put on the list by hand or by law.')),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='platform.workspace')),
            ],
            options={
                'abstract': False,
                'default_manager_name': '_rows',
                'constraints': [models.UniqueConstraint(fields=('workspace', 'purpose', 'day'), name='one_growth_row_per_day')],
            },
            managers=[
                ('_rows', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='GrowthKept',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('batch_no', models.BigIntegerField()),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='platform.workspace')),
            ],
            options={
                'abstract': False,
                'default_manager_name': '_rows',
                'constraints': [models.UniqueConstraint(fields=('workspace',), name='growth_kept_once')],
            },
            managers=[
                ('_rows', django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddConstraint(
            model_name='letter',
            constraint=models.UniqueConstraint(fields=('workspace', 'what', 'every', 'at', 'form'), name='one_letter_of_a_kind'),
        ),
        migrations.AddIndex(
            model_name='issue',
            index=models.Index(fields=['workspace', 'staff', '-at', '-id'], name='issues_of_staff'),
        ),
        migrations.AddIndex(
            model_name='issue',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['workspace'], name='issues_waiting'),
        ),
        migrations.AddConstraint(
            model_name='issue',
            constraint=models.UniqueConstraint(fields=('workspace', 'letter', 'staff', 'day'), name='one_issue_a_day'),
        ),
        migrations.AddConstraint(
            model_name='reader',
            constraint=models.UniqueConstraint(fields=('workspace', 'letter', 'staff'), name='one_reader_once'),
        ),
        migrations.AddConstraint(
            model_name='reportsnapshot',
            constraint=models.UniqueConstraint(fields=('workspace', 'dialogue'), name='one_report_per_dialogue'),
        ),
    ]
