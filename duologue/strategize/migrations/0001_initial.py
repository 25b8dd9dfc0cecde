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
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Dialogue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=63)),
                ('about', models.CharField(blank=True, max_length=300)),
                ('draft', models.TextField(help_text='The YAML as last saved.')),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('live', 'Live'), ('paused', 'Paused'), ('ended', 'Ended')], default='draft', max_length=6)),
                ('current', models.IntegerField(default=0, help_text='The number of the version in force; 0 before the first.')),
                ('started_at', models.DateTimeField(null=True)),
                ('paused_because', models.CharField(blank=True, max_length=300)),
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
            name='DialogueVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.IntegerField()),
                ('source', models.TextField()),
                ('plan', models.JSONField()),
                ('pins', models.JSONField()),
                ('published_at', models.DateTimeField()),
                ('dialogue', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='strategize.dialogue')),
                ('published_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
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
            name='GuardrailsVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=63)),
                ('number', models.IntegerField()),
                ('data', models.JSONField()),
                ('source', models.TextField(blank=True)),
                ('since', models.DateTimeField()),
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
            name='OccasionVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=63)),
                ('number', models.IntegerField()),
                ('data', models.JSONField()),
                ('source', models.TextField(blank=True)),
                ('since', models.DateTimeField()),
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
            name='Offer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=63)),
                ('current', models.IntegerField(default=1)),
                ('given', models.IntegerField(default=0, help_text='Perks reserved or issued, in all.')),
                ('spent', models.BigIntegerField(default=0, help_text='Cost of those, in minor units.')),
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
            name='OfferVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.IntegerField()),
                ('data', models.JSONField()),
                ('source', models.TextField(blank=True)),
                ('since', models.DateTimeField()),
                ('offer', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='strategize.offer')),
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
            name='PlacementVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=63)),
                ('number', models.IntegerField()),
                ('data', models.JSONField()),
                ('source', models.TextField(blank=True)),
                ('since', models.DateTimeField()),
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
            name='Segment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=63)),
                ('about', models.CharField(blank=True, max_length=300)),
                ('source', models.TextField(help_text='The YAML it was written as.')),
                ('rule', models.JSONField()),
                ('reads', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=140), default=list, size=None)),
                ('revision', models.IntegerField(default=1)),
                ('swept_revision', models.IntegerField(default=0, help_text='The revision whose members were last counted in full.')),
                ('swept_at', models.DateTimeField(null=True)),
                ('mended', models.IntegerField(default=0, help_text='Members that the last repair sweep had to correct; the goal is 0.')),
                ('size', models.IntegerField(default=0)),
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
            name='SegmentMember',
            fields=[
                ('pk', models.CompositePrimaryKey('workspace', 'segment', 'person', blank=True, editable=False, primary_key=True, serialize=False)),
                ('person', models.BigIntegerField()),
                ('shard', models.SmallIntegerField()),
                ('member', models.BooleanField()),
                ('since', models.DateTimeField()),
                ('recheck_at', models.DateTimeField(null=True)),
                ('segment', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='strategize.segment')),
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
            name='SurveyVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=63)),
                ('number', models.IntegerField()),
                ('data', models.JSONField()),
                ('source', models.TextField(blank=True)),
                ('since', models.DateTimeField()),
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
            name='CampaignVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=63)),
                ('number', models.IntegerField()),
                ('data', models.JSONField()),
                ('source', models.TextField(blank=True)),
                ('since', models.DateTimeField()),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='platform.workspace')),
            ],
            options={
                'abstract': False,
                'default_manager_name': '_rows',
                'constraints': [models.UniqueConstraint(fields=('workspace', 'name', 'number'), name='campaignversion_numbers')],
            },
            managers=[
                ('_rows', django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddConstraint(
            model_name='dialogue',
            constraint=models.UniqueConstraint(fields=('workspace', 'name'), name='one_dialogue_per_name'),
        ),
        migrations.AddConstraint(
            model_name='dialogueversion',
            constraint=models.UniqueConstraint(fields=('workspace', 'dialogue', 'number'), name='dialogue_versions'),
        ),
        migrations.AddConstraint(
            model_name='guardrailsversion',
            constraint=models.UniqueConstraint(fields=('workspace', 'name', 'number'), name='guardrailsversion_numbers'),
        ),
        migrations.AddConstraint(
            model_name='occasionversion',
            constraint=models.UniqueConstraint(fields=('workspace', 'name', 'number'), name='occasionversion_numbers'),
        ),
        migrations.AddConstraint(
            model_name='offer',
            constraint=models.UniqueConstraint(fields=('workspace', 'name'), name='one_offer_per_name'),
        ),
        migrations.AddConstraint(
            model_name='offerversion',
            constraint=models.UniqueConstraint(fields=('workspace', 'offer', 'number'), name='offer_versions'),
        ),
        migrations.AddConstraint(
            model_name='placementversion',
            constraint=models.UniqueConstraint(fields=('workspace', 'name', 'number'), name='placementversion_numbers'),
        ),
        migrations.AddConstraint(
            model_name='segment',
            constraint=models.UniqueConstraint(fields=('workspace', 'name'), name='one_segment_per_name'),
        ),
        migrations.AddIndex(
            model_name='segmentmember',
            index=models.Index(condition=models.Q(('member', True)), fields=['workspace', 'segment', 'person'], name='members_now'),
        ),
        migrations.AddIndex(
            model_name='segmentmember',
            index=models.Index(condition=models.Q(('recheck_at__isnull', False)), fields=['workspace', 'recheck_at'], name='members_to_recheck'),
        ),
        migrations.AddIndex(
            model_name='segmentmember',
            index=models.Index(condition=models.Q(('member', True)), fields=['workspace', 'person'], name='segments_of_person'),
        ),
        migrations.AddConstraint(
            model_name='surveyversion',
            constraint=models.UniqueConstraint(fields=('workspace', 'name', 'number'), name='surveyversion_numbers'),
        ),
    ]
