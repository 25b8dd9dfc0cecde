import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.manager
from duologue.platform.database.first import FirstMigration
from django.db import migrations, models


class Migration(FirstMigration):

    initial = True

    dependencies = [
        ('platform', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Event',
            fields=[
                ('pk', models.CompositePrimaryKey('workspace', 'profile_id', 'occurred_at', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('profile_id', models.BigIntegerField()),
                ('id', models.BigIntegerField()),
                ('occurred_at', models.DateTimeField()),
                ('received_at', models.DateTimeField()),
                ('name', models.CharField(max_length=120)),
                ('properties', models.JSONField()),
                ('source', models.CharField(max_length=80)),
                ('write_id', models.BigIntegerField()),
                ('run_id', models.BigIntegerField(null=True)),
                ('delivery_id', models.BigIntegerField(null=True)),
            ],
            options={
                'db_table': 'people_event',
                'abstract': False,
                'managed': False,
                'default_manager_name': '_rows',
            },
            managers=[
                ('_rows', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='ImportKey',
            fields=[
                ('pk', models.CompositePrimaryKey('workspace', 'key', blank=True, editable=False, primary_key=True, serialize=False)),
                ('key', models.BinaryField(max_length=16)),
                ('content', models.BinaryField(max_length=16)),
            ],
            options={
                'db_table': 'people_importkey',
                'abstract': False,
                'managed': False,
                'default_manager_name': '_rows',
            },
            managers=[
                ('_rows', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='SeenKey',
            fields=[
                ('pk', models.CompositePrimaryKey('workspace', 'key', blank=True, editable=False, primary_key=True, serialize=False)),
                ('key', models.BinaryField(max_length=16)),
                ('seen_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'people_seenkey',
                'abstract': False,
                'managed': False,
                'default_manager_name': '_rows',
            },
            managers=[
                ('_rows', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Profile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person', models.BigIntegerField(help_text="The id of the person's first profile.")),
                ('shard', models.SmallIntegerField()),
                ('locale', models.CharField(blank=True, max_length=35)),
                ('timezone', models.CharField(blank=True, max_length=64)),
                ('country', models.CharField(blank=True, max_length=2)),
                ('name', models.CharField(blank=True, help_text='As shown to staff; made from the facts.', max_length=200)),
                ('created_at', models.DateTimeField()),
                ('seen_at', models.DateTimeField()),
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
            name='Pause',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('because', models.CharField(choices=[('snoozed', 'Snoozed'), ('complaint', 'Complaint')], max_length=9)),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField(help_text='Empty: until lifted.', null=True)),
                ('lifted_at', models.DateTimeField(null=True)),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='platform.workspace')),
                ('profile', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='people.profile')),
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
            name='Objection',
            fields=[
                ('pk', models.CompositePrimaryKey('workspace', 'profile', 'key', blank=True, editable=False, primary_key=True, serialize=False)),
                ('key', models.CharField(max_length=80)),
                ('at', models.DateTimeField()),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='platform.workspace')),
                ('profile', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='people.profile')),
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
            name='Identifier',
            fields=[
                ('pk', models.CompositePrimaryKey('workspace', 'kind', 'value', blank=True, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('email', 'Email'), ('phone', 'Phone'), ('device', 'Device'), ('handle', 'Handle'), ('postal', 'Postal'), ('card', 'Card'), ('external', 'External')], max_length=8)),
                ('value', models.CharField(db_collation='C', max_length=320)),
                ('shown', models.CharField(max_length=320)),
                ('first_seen_at', models.DateTimeField()),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='platform.workspace')),
                ('profile', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='people.profile')),
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
            name='Fact',
            fields=[
                ('pk', models.CompositePrimaryKey('workspace', 'profile', 'key', blank=True, editable=False, primary_key=True, serialize=False)),
                ('key', models.CharField(max_length=80)),
                ('value', models.JSONField()),
                ('source', models.CharField(max_length=80)),
                ('at', models.DateTimeField()),
                ('purposes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), default=list, size=None)),
                ('wrong', models.JSONField(help_text="Values that the person has put right: nobody's list brings them back.", null=True)),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='platform.workspace')),
                ('profile', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='people.profile')),
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
            name='ConsentStatement',
            fields=[
                ('pk', models.CompositePrimaryKey('workspace', 'profile', 'number', blank=True, editable=False, primary_key=True, serialize=False)),
                ('number', models.IntegerField(help_text="1 for the profile's first statement, without gaps.")),
                ('channel', models.CharField(max_length=20)),
                ('purpose', models.CharField(max_length=40)),
                ('state', models.CharField(choices=[('granted', 'Granted'), ('withdrawn', 'Withdrawn'), ('refused', 'Refused')], max_length=9)),
                ('at', models.DateTimeField()),
                ('source', models.CharField(max_length=80)),
                ('wording', models.TextField(blank=True)),
                ('proof', models.JSONField(default=dict)),
                ('salt', models.BinaryField(max_length=16)),
                ('content', models.BinaryField(help_text="Salted digest of this statement's content.", max_length=32)),
                ('digest', models.BinaryField(help_text='Digest of the previous digest and this content.', max_length=32)),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='platform.workspace')),
                ('profile', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='people.profile')),
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
            name='ConsentNow',
            fields=[
                ('pk', models.CompositePrimaryKey('workspace', 'profile', 'purpose', 'channel', blank=True, editable=False, primary_key=True, serialize=False)),
                ('purpose', models.CharField(max_length=40)),
                ('channel', models.CharField(max_length=20)),
                ('state', models.CharField(choices=[('granted', 'Granted'), ('withdrawn', 'Withdrawn'), ('refused', 'Refused')], max_length=9)),
                ('at', models.DateTimeField()),
                ('heard_at', models.DateTimeField(help_text='When it was heard, where the day on which it was said is not known.', null=True)),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='platform.workspace')),
                ('profile', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='people.profile')),
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
            name='Purpose',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40)),
                ('title', models.CharField(max_length=120)),
                ('about', models.TextField(blank=True)),
                ('basis', models.CharField(choices=[('consent', 'Consent'), ('contract', 'Contract'), ('confirmation', 'Confirmation')], max_length=12)),
                ('shows', models.BooleanField(default=False, help_text='It is about showing what people gave, not about writing to them.')),
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
            name='Received',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=80)),
                ('received_at', models.DateTimeField()),
                ('arrives_at', models.DateTimeField()),
                ('payload', models.BinaryField()),
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
            name='Refusal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=80)),
                ('at', models.DateTimeField()),
                ('reason', models.CharField(max_length=40)),
                ('sentence', models.CharField(max_length=300)),
                ('payload', models.BinaryField()),
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
            name='Removal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(help_text='event or fact', max_length=5)),
                ('name', models.CharField(max_length=120)),
                ('keep', models.CharField(max_length=12)),
                ('before', models.DateTimeField(help_text='All that is older went.')),
                ('at', models.DateTimeField()),
                ('events', models.BigIntegerField(default=0, help_text='Rows of the timeline that went, or no longer tell of the fact.')),
                ('in_lake', models.BigIntegerField(default=0, help_text='Rows of the lake.')),
                ('facts', models.BigIntegerField(default=0)),
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
            name='RetentionRules',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('data', models.JSONField(default=dict)),
                ('changed_at', models.DateTimeField()),
                ('next_at', models.DateTimeField(help_text='When it is next carried out.')),
                ('done', models.JSONField(default=dict, help_text='By the key of a rule: {until, batch_no}.')),
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
            name='SearchWord',
            fields=[
                ('pk', models.CompositePrimaryKey('workspace', 'word', 'profile', blank=True, editable=False, primary_key=True, serialize=False)),
                ('word', models.CharField(db_collation='C', max_length=40)),
                ('profile', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='people.profile')),
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
            name='SharedDevice',
            fields=[
                ('pk', models.CompositePrimaryKey('workspace', 'device', 'profile', blank=True, editable=False, primary_key=True, serialize=False)),
                ('device', models.CharField(db_collation='C', max_length=320)),
                ('first_seen_at', models.DateTimeField()),
                ('profile', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='people.profile')),
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
            name='Suppression',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(max_length=20)),
                ('address', models.BinaryField(help_text='Keyed hash of the normalised address.', max_length=32)),
                ('reason', models.CharField(choices=[('hard_bounce', 'Hard Bounce'), ('spam_report', 'Spam Report'), ('legal_hold', 'Legal Hold'), ('by_hand', 'By Hand'), ('erased', 'Erased')], max_length=11)),
                ('at', models.DateTimeField()),
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
            name='Topic',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40)),
                ('title', models.CharField(max_length=120)),
                ('about', models.TextField(blank=True)),
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
            name='Wish',
            fields=[
                ('pk', models.CompositePrimaryKey('workspace', 'profile', blank=True, editable=False, primary_key=True, serialize=False)),
                ('pace_days', models.SmallIntegerField(null=True)),
                ('hours', models.CharField(blank=True, help_text="A window, as 'Mo-Fr 18:00-22:00', on the person's clock.", max_length=60)),
                ('at', models.DateTimeField()),
                ('profile', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='people.profile')),
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
            name='Batch',
            fields=[
                ('write_id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('batch_no', models.BigIntegerField(null=True)),
                ('events', models.IntegerField()),
                ('first_at', models.DateTimeField(help_text='When its first event occurred: readers look into these months alone.')),
                ('last_at', models.DateTimeField()),
                ('written_at', models.DateTimeField()),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='platform.workspace')),
            ],
            options={
                'abstract': False,
                'default_manager_name': '_rows',
                'constraints': [models.UniqueConstraint(fields=('workspace', 'batch_no'), name='batches_in_order')],
            },
            managers=[
                ('_rows', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Erasure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person', models.BigIntegerField()),
                ('profiles', models.JSONField(default=list)),
                ('asked_at', models.DateTimeField()),
                ('holders', models.JSONField(default=dict)),
                ('lake_clean_at', models.DateTimeField(null=True)),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='platform.workspace')),
            ],
            options={
                'abstract': False,
                'default_manager_name': '_rows',
                'indexes': [models.Index(fields=['workspace', 'person'], name='erased_people')],
            },
            managers=[
                ('_rows', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Import',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=8)),
                ('file', models.CharField(max_length=300)),
                ('file_digest', models.BinaryField(max_length=32)),
                ('recipe', models.TextField()),
                ('upload', models.CharField(blank=True, max_length=200)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('running', 'Running'), ('done', 'Done'), ('failed', 'Failed')], default='running', max_length=8)),
                ('position', models.BigIntegerField(default=0)),
                ('rows_read', models.BigIntegerField(default=0)),
                ('rows_written', models.BigIntegerField(default=0)),
                ('rows_unchanged', models.BigIntegerField(default=0)),
                ('rows_refused', models.BigIntegerField(default=0)),
                ('counts', models.JSONField(default=dict)),
                ('refused_file', models.CharField(blank=True, max_length=300)),
                ('started_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('sentence', models.CharField(blank=True, max_length=500)),
                ('tries', models.IntegerField(default=0, help_text='How often a job has begun at `tried_at` without getting any further.')),
                ('tried_at', models.BigIntegerField(default=0, help_text='The position at which a job began last.')),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='platform.workspace')),
            ],
            options={
                'abstract': False,
                'default_manager_name': '_rows',
                'indexes': [models.Index(fields=['workspace', '-started_at'], name='imports_by_start'), models.Index(condition=models.Q(('upload', ''), _negated=True), fields=['id'], name='imports_to_do')],
            },
            managers=[
                ('_rows', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='LeftMonth',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.CharField(help_text='In UTC, as in 2026-01.', max_length=7)),
                ('events', models.BigIntegerField(default=0, help_text='How many left, over all times that some did.')),
                ('batch_no', models.BigIntegerField(help_text='The last batch of which any may have left.')),
                ('whole', models.JSONField(default=list)),
                ('at', models.DateTimeField()),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='platform.workspace')),
            ],
            options={
                'abstract': False,
                'default_manager_name': '_rows',
                'constraints': [models.UniqueConstraint(fields=('workspace', 'month'), name='a_month_leaves_once')],
            },
            managers=[
                ('_rows', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Merge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kept', models.BigIntegerField()),
                ('lost', models.BigIntegerField()),
                ('profiles', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ('because', models.CharField(max_length=200)),
                ('at', models.DateTimeField()),
                ('undone_at', models.DateTimeField(null=True)),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='platform.workspace')),
            ],
            options={
                'abstract': False,
                'default_manager_name': '_rows',
                'indexes': [models.Index(fields=['workspace', 'kept'], name='merges_by_kept')],
            },
            managers=[
                ('_rows', django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddIndex(
            model_name='profile',
            index=models.Index(fields=['workspace', 'person'], name='profiles_of_person'),
        ),
        migrations.AddIndex(
            model_name='profile',
            index=models.Index(fields=['workspace', '-seen_at', '-id'], name='profiles_by_seen'),
        ),
        migrations.AddIndex(
            model_name='pause',
            index=models.Index(condition=models.Q(('lifted_at__isnull', True)), fields=['workspace', 'profile'], name='pauses_of_profile'),
        ),
        migrations.AddIndex(
            model_name='identifier',
            index=models.Index(fields=['workspace', 'profile'], name='identifiers_of_profile'),
        ),
        migrations.AddIndex(
            model_name='fact',
            index=models.Index(condition=models.Q(('wrong__isnull', False)), fields=['workspace', 'profile'], name='facts_put_right'),
        ),
        migrations.AddConstraint(
            model_name='purpose',
            constraint=models.UniqueConstraint(fields=('workspace', 'name'), name='one_purpose_per_name'),
        ),
        migrations.AddIndex(
            model_name='received',
            index=models.Index(fields=['workspace', 'arrives_at', 'id'], name='received_by_arrival'),
        ),
        migrations.AddIndex(
            model_name='refusal',
            index=models.Index(fields=['workspace', '-at', '-id'], name='refusals_by_time'),
        ),
        migrations.AddIndex(
            model_name='removal',
            index=models.Index(fields=['workspace', '-at', '-id'], name='removals_by_time'),
        ),
        migrations.AddConstraint(
            model_name='retentionrules',
            constraint=models.UniqueConstraint(fields=('workspace',), name='one_retention'),
        ),
        migrations.AddIndex(
            model_name='shareddevice',
            index=models.Index(fields=['workspace', 'profile'], name='shared_devices_of_profile'),
        ),
        migrations.AddConstraint(
            model_name='suppression',
            constraint=models.UniqueConstraint(fields=('workspace', 'channel', 'address', 'reason'), name='one_suppression_per_reason'),
        ),
        migrations.AddConstraint(
            model_name='topic',
            constraint=models.UniqueConstraint(fields=('workspace', 'name'), name='one_topic_per_name'),
        ),
    ]
