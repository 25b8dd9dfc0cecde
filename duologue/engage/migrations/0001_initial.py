import datetime
import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.fields.json
import django.db.models.functions.comparison
import django.db.models.manager
from django.conf import settings
from duologue.platform.database.first import FirstMigration
from django.db import migrations, models


class Migration(FirstMigration):

    initial = True

    dependencies = [
        ('people', '0001_initial'),
        ('platform', '0001_initial'),
        ('strategize', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Admission',
            fields=[
                ('pk', models.CompositePrimaryKey('workspace', 'dialogue', 'person', blank=True, editable=False, primary_key=True, serialize=False)),
                ('person', models.BigIntegerField(help_text="The person's number when first considered; merges are looked up, never written here.")),
                ('verdict', models.CharField(choices=[('admitted', 'Admitted'), ('held_out', 'Held Out'), ('not_started', 'Not Started')], max_length=11)),
                ('reason', models.CharField(blank=True, max_length=40)),
                ('at', models.DateTimeField(help_text='First considered.')),
                ('decided_at', models.DateTimeField()),
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
            name='Conversation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person', models.BigIntegerField()),
                ('state', models.CharField(choices=[('open', 'Open'), ('closed', 'Closed')], max_length=6)),
                ('held_by', models.CharField(default='human', help_text='automation or human', max_length=10)),
                ('team', models.CharField(blank=True, max_length=63)),
                ('intent', models.CharField(blank=True, max_length=20)),
                ('is_complaint', models.BooleanField(default=False)),
                ('priority', models.SmallIntegerField(default=5)),
                ('due_at', models.DateTimeField(help_text='By when the run that handed it over wants it closed.', null=True)),
                ('answer_by', models.DateTimeField(help_text='By when the person should have an answer; empty once they had one.', null=True)),
                ('due_first', models.GeneratedField(db_persist=True, expression=django.db.models.functions.comparison.Coalesce(django.db.models.functions.comparison.Least('due_at', 'answer_by'), models.Value(datetime.datetime(9999, 12, 29, 0, 0, tzinfo=datetime.timezone.utc))), output_field=models.DateTimeField())),
                ('run_seq', models.IntegerField(null=True)),
                ('brief', models.TextField(blank=True)),
                ('opened_at', models.DateTimeField()),
                ('touched_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(null=True)),
                ('outcome', models.CharField(blank=True, max_length=40)),
                ('overdue_told', models.BooleanField(default=False)),
                ('assigned', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
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
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person', models.BigIntegerField()),
                ('shard', models.SmallIntegerField()),
                ('turn', models.CharField(blank=True, max_length=63)),
                ('occurrence', models.IntegerField(default=1)),
                ('body', models.JSONField(default=dict, help_text="What only this delivery says: a human's reply, a perk's code.")),
                ('said', models.TextField(blank=True, db_default='', help_text='What its words named of the person when it left, as short JSON: `keeping`.')),
                ('channel', models.CharField(max_length=20)),
                ('purpose', models.CharField(max_length=40)),
                ('kind', models.CharField(default='promotion', max_length=9)),
                ('basis', models.CharField(default='consent', max_length=12)),
                ('state', models.CharField(choices=[('withheld', 'Withheld'), ('queued', 'Queued'), ('handing_over', 'Handing Over'), ('accepted', 'Accepted'), ('failed', 'Failed'), ('uncertain', 'Uncertain')], default='queued', max_length=12)),
                ('waits', models.GeneratedField(db_persist=True, expression=models.ExpressionWrapper(models.Q(('state', 'queued')), output_field=models.BooleanField()), output_field=models.BooleanField())),
                ('in_doubt', models.GeneratedField(db_persist=True, expression=models.ExpressionWrapper(models.Q(('state', 'uncertain')), output_field=models.BooleanField()), output_field=models.BooleanField())),
                ('reason', models.CharField(blank=True, max_length=60)),
                ('detail', models.CharField(blank=True, max_length=300)),
                ('attempt', models.SmallIntegerField(default=0)),
                ('sender', models.CharField(blank=True, help_text='The sender that claimed it, and its epoch.', max_length=64)),
                ('due_at', models.DateTimeField(help_text="Not before; the gate moves it when it says 'later'.")),
                ('too_late_at', models.DateTimeField()),
                ('planned_at', models.DateTimeField()),
                ('handed_over_at', models.DateTimeField(null=True)),
                ('accepted_at', models.DateTimeField(null=True)),
                ('bounced_at', models.DateTimeField(null=True)),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('responded_at', models.DateTimeField(null=True)),
                ('reported_at', models.DateTimeField(help_text='Reported as spam.', null=True)),
                ('left_at', models.DateTimeField(help_text='The person unsubscribed by it.', null=True)),
                ('address', models.CharField(blank=True, help_text='Where it was handed over to; emptied on erasing.', max_length=320)),
                ('relay', models.CharField(blank=True, max_length=63)),
                ('cost', models.BigIntegerField(default=0, help_text="Minor units of the workspace's currency, in thousandths.")),
                ('conversation', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='engage.conversation')),
                ('dialogue', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='strategize.dialogue')),
                ('profile', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='people.profile')),
                ('survey_version', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='strategize.surveyversion')),
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
            name='Attempt',
            fields=[
                ('pk', models.CompositePrimaryKey('workspace', 'delivery', 'number', blank=True, editable=False, primary_key=True, serialize=False)),
                ('number', models.SmallIntegerField()),
                ('at', models.DateTimeField()),
                ('relay', models.CharField(max_length=63)),
                ('outcome', models.CharField(max_length=12)),
                ('code', models.CharField(blank=True, max_length=20)),
                ('text', models.CharField(blank=True, max_length=300)),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='platform.workspace')),
                ('delivery', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='engage.delivery')),
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
            name='Endpoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=39)),
                ('url', models.CharField(max_length=500)),
                ('events', models.JSONField(default=list, help_text='The names of events, or * alone for all of them.')),
                ('addresses', models.BooleanField(default=False, help_text='Is told e-mail addresses and phone numbers with each event.')),
                ('is_test', models.BooleanField(default=False, help_text='Is told while the clock is virtual.')),
                ('made_at', models.DateTimeField()),
                ('batch_no', models.BigIntegerField()),
                ('event_id', models.BigIntegerField(default=4611686018427387904)),
                ('due_at', models.DateTimeField(help_text='Not before; a failure moves it.')),
                ('claim', models.IntegerField(default=0)),
                ('claimed_until', models.DateTimeField(null=True)),
                ('attempt', models.SmallIntegerField(default=0)),
                ('trouble', models.CharField(blank=True, max_length=200)),
                ('failing_since', models.DateTimeField(null=True)),
                ('again', models.BooleanField(default=False, help_text='Some that it did not take are to be sent again.')),
                ('paused_at', models.DateTimeField(null=True)),
                ('told', models.BigIntegerField(default=0)),
                ('told_at', models.DateTimeField(null=True)),
                ('former_until', models.DateTimeField(help_text='Until then the former secret signs too.', null=True)),
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
            name='Entry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('direction', models.CharField(choices=[('in', 'In'), ('out', 'Out'), ('note', 'Note')], max_length=4)),
                ('channel', models.CharField(max_length=20)),
                ('subject', models.CharField(blank=True, max_length=300)),
                ('text', models.TextField()),
                ('intent', models.CharField(blank=True, max_length=20)),
                ('message_ref', models.CharField(blank=True, help_text='Message-ID, for threading.', max_length=300)),
                ('conversation', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='engage.conversation')),
                ('delivery', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='engage.delivery')),
                ('profile', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='people.profile')),
                ('staff', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
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
            name='Contribution',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('photo', 'Photo'), ('quote', 'Quote'), ('review', 'Review')], max_length=6)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('published', 'Published'), ('declined', 'Declined'), ('withdrawn', 'Withdrawn')], default='waiting', max_length=9)),
                ('text', models.TextField(blank=True)),
                ('stars', models.SmallIntegerField(null=True)),
                ('purpose', models.CharField(blank=True, help_text='By whose consent it may be shown; empty: it was never asked for.', max_length=40)),
                ('survey', models.CharField(blank=True, max_length=63)),
                ('question', models.CharField(blank=True, max_length=63)),
                ('came_at', models.DateTimeField()),
                ('shown_as', models.CharField(blank=True, help_text='The name it is shown under.', max_length=80)),
                ('reason', models.CharField(blank=True, help_text='Why it was declined.', max_length=200)),
                ('decided_at', models.DateTimeField(null=True)),
                ('forget_at', models.DateTimeField(null=True)),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('profile', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='people.profile')),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='platform.workspace')),
                ('delivery', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='engage.delivery')),
                ('entry', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='engage.entry')),
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
            name='KeptMail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('sender', models.CharField(max_length=320)),
                ('recipient', models.CharField(max_length=320)),
                ('subject', models.CharField(max_length=300)),
                ('content', models.BinaryField(help_text='The whole message, RFC 5322.')),
                ('delivery', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='engage.delivery')),
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
            name='Looked',
            fields=[
                ('pk', models.CompositePrimaryKey('workspace', 'key', 'profile', 'how', blank=True, editable=False, primary_key=True, serialize=False)),
                ('key', models.CharField(max_length=80)),
                ('how', models.CharField(choices=[('viewed', 'Viewed'), ('basket', 'Basket'), ('asked', 'Asked')], max_length=6)),
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
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=63)),
                ('current', models.IntegerField(default=1)),
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
            name='MessageVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.IntegerField()),
                ('data', models.JSONField()),
                ('since', models.DateTimeField()),
                ('source', models.TextField(blank=True, help_text='Its YAML as last handed in, where it was.')),
                ('message', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='engage.message')),
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
        migrations.AddField(
            model_name='delivery',
            name='message_version',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='engage.messageversion'),
        ),
        migrations.CreateModel(
            name='Movement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('given', 'Given'), ('spent', 'Spent'), ('expired', 'Expired'), ('withdrawn', 'Withdrawn')], max_length=9)),
                ('unit', models.CharField(max_length=6)),
                ('person', models.BigIntegerField()),
                ('key', models.CharField(blank=True, help_text='What makes spending for the same order again harmless.', max_length=200)),
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
            name='OnTheWire',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sender', models.CharField(max_length=64)),
                ('deliveries', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
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
            name='Perk',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person', models.BigIntegerField()),
                ('seq', models.IntegerField(default=0, help_text="The occurrence of the run's turn that gives it, once each.")),
                ('code', models.CharField(blank=True, max_length=40)),
                ('state', models.CharField(choices=[('reserved', 'Reserved'), ('issued', 'Issued'), ('begun', 'Begun'), ('redeemed', 'Redeemed'), ('expired', 'Expired'), ('ended', 'Ended'), ('converted', 'Converted'), ('withdrawn', 'Withdrawn'), ('released', 'Released')], default='reserved', max_length=9)),
                ('worth', models.BigIntegerField(default=0, help_text='Minor units; for a percentage, what it came to when redeemed.')),
                ('cost', models.BigIntegerField(default=0, help_text='Minor units set aside for it; what it has cost once it is over.')),
                ('unit', models.CharField(blank=True, help_text='points, credit (in minor units), or nothing.', max_length=6)),
                ('amount', models.BigIntegerField(default=0, help_text='How much of the unit it adds to the balance.')),
                ('remaining', models.BigIntegerField(default=0, help_text='How much of that is left to spend.')),
                ('reserved_at', models.DateTimeField()),
                ('issued_at', models.DateTimeField(null=True)),
                ('seen_at', models.DateTimeField(null=True)),
                ('begun_at', models.DateTimeField(null=True)),
                ('expires_at', models.DateTimeField(null=True)),
                ('redeemed_at', models.DateTimeField(null=True)),
                ('redeemed_for', models.CharField(blank=True, help_text="The order's number.", max_length=120)),
                ('converted_at', models.DateTimeField(null=True)),
                ('reason', models.CharField(blank=True, help_text='Why it was withdrawn.', max_length=200)),
                ('offer', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='strategize.offer')),
                ('offer_version', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='strategize.offerversion')),
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
            name='GoodwillGift',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cost', models.BigIntegerField(help_text='Minor units, as set aside when it was given.')),
                ('at', models.DateTimeField()),
                ('conversation', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='engage.conversation')),
                ('staff', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='platform.workspace')),
                ('perk', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='engage.perk')),
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
            name='Photo',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('held', models.UUIDField(help_text="By what a form's event finds it, until it is known whose it is.", null=True)),
                ('content', models.BinaryField()),
                ('width', models.IntegerField()),
                ('height', models.IntegerField()),
                ('forget_at', models.DateTimeField(help_text='Only while it is held.', null=True)),
                ('contribution', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='engage.contribution')),
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
            name='PoolCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40)),
                ('taken_at', models.DateTimeField(null=True)),
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
            name='Posting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('account', models.CharField(choices=[('person', 'Person'), ('given', 'Given'), ('spent', 'Spent'), ('expired', 'Expired'), ('withdrawn', 'Withdrawn')], max_length=9)),
                ('amount', models.BigIntegerField()),
                ('movement', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='engage.movement')),
                ('perk', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='engage.perk')),
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
            name='Relay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=63)),
                ('channel', models.CharField(default='email', max_length=20)),
                ('kind', models.CharField(choices=[('smtp', 'Smtp'), ('mailbox', 'Mailbox')], max_length=7)),
                ('is_test', models.BooleanField(default=False)),
                ('is_enabled', models.BooleanField(default=True)),
                ('weight', models.SmallIntegerField(default=1)),
                ('settings', models.JSONField(default=dict)),
                ('resting_until', models.DateTimeField(help_text='Backing off after it refused or vanished.', null=True)),
                ('trouble', models.CharField(blank=True, max_length=300)),
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
            name='Run',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person', models.BigIntegerField()),
                ('shard', models.SmallIntegerField()),
                ('occasion', models.CharField(blank=True, help_text='What `per` named: a basket, an order. Empty for one run per person.', max_length=120)),
                ('turn', models.CharField(max_length=63)),
                ('seq', models.IntegerField(default=1)),
                ('arrived_at', models.DateTimeField()),
                ('phase', models.CharField(default='arrived', help_text='arrived, sending, listening, held', max_length=10)),
                ('counts_from', models.DateTimeField(help_text='The moment silence counts from.', null=True)),
                ('wake_at', models.DateTimeField(null=True)),
                ('under_way', models.BooleanField(default=True)),
                ('ended_reason', models.CharField(blank=True, max_length=40)),
                ('started_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('data', models.JSONField(default=dict, help_text='start.*, answer.*, perk.*, turn.* as the plan reads them.')),
                ('heard', models.JSONField(default=dict)),
                ('delivered', models.JSONField(help_text="What became of the present turn's delivery, once known.", null=True)),
                ('dialogue', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='strategize.dialogue')),
                ('profile', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='people.profile')),
                ('version', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='strategize.dialogueversion')),
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
        migrations.AddField(
            model_name='perk',
            name='run',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='engage.run'),
        ),
        migrations.AddField(
            model_name='delivery',
            name='run',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='engage.run'),
        ),
        migrations.AddField(
            model_name='conversation',
            name='run',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='engage.run'),
        ),
        migrations.CreateModel(
            name='RunStep',
            fields=[
                ('pk', models.CompositePrimaryKey('workspace', 'dialogue_id', 'run', 'seq', blank=True, editable=False, primary_key=True, serialize=False)),
                ('dialogue_id', models.BigIntegerField()),
                ('person', models.BigIntegerField()),
                ('seq', models.IntegerField()),
                ('turn', models.CharField(max_length=63)),
                ('arrived_at', models.DateTimeField()),
                ('left_at', models.DateTimeField()),
                ('heard', models.CharField(help_text="The line that moved it, as written: 'clicked: any', 'silence: 3d', 'goal'.", max_length=160)),
                ('then', models.CharField(max_length=63)),
                ('run', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='engage.run')),
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
            name='Site',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=63)),
                ('current', models.IntegerField(default=0)),
                ('forms', models.BigIntegerField(default=0)),
                ('draft', models.TextField(blank=True, help_text='The YAML of what is to come; only members see it.')),
                ('drafted_at', models.DateTimeField(null=True)),
                ('drafted_by', models.CharField(blank=True, max_length=254)),
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
            name='SiteVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.IntegerField()),
                ('source', models.TextField()),
                ('data', models.TextField()),
                ('since', models.DateTimeField()),
                ('published_by', models.CharField(blank=True, max_length=254)),
                ('site', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='engage.site')),
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
            name='Team',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=63)),
                ('emails', django.contrib.postgres.fields.ArrayField(base_field=models.EmailField(max_length=254), default=list, size=None)),
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
            name='Timetable',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.IntegerField(help_text='The version it was worked out for; another one in force has it worked out anew.')),
                ('next_at', models.DateTimeField(null=True)),
                ('until', models.DateTimeField()),
                ('at', models.DateTimeField(null=True)),
                ('after', models.BigIntegerField(default=0)),
                ('since', models.DateTimeField()),
                ('begun', models.BigIntegerField(default=0)),
                ('settled', models.JSONField(default=dict)),
                ('looked_at', models.DateTimeField()),
                ('issue', models.DateField(null=True)),
                ('tried', models.BigIntegerField(default=0)),
                ('held_until', models.DateTimeField(null=True)),
                ('watched_from', models.DateTimeField(null=True)),
                ('stopped_at', models.DateTimeField(null=True)),
                ('cut_at', models.DateTimeField(null=True)),
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
            name='TrialResult',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('turn', models.CharField(max_length=63)),
                ('issue', models.CharField(blank=True, help_text='The day of the calendar that started it; empty where none did.', max_length=10)),
                ('variant', models.CharField(max_length=63)),
                ('figures', models.JSONField()),
                ('at', models.DateTimeField()),
                ('dialogue', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='strategize.dialogue')),
                ('message_version', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='engage.messageversion')),
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
            name='Untaken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('write_id', models.BigIntegerField()),
                ('event_id', models.BigIntegerField()),
                ('name', models.CharField(max_length=120)),
                ('occurred_at', models.DateTimeField()),
                ('set_aside_at', models.DateTimeField()),
                ('reason', models.CharField(max_length=200)),
                ('again', models.BooleanField(default=False)),
                ('endpoint', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='engage.endpoint')),
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
            name='WarmingUp',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sending', models.CharField(max_length=255)),
                ('receiving', models.CharField(blank=True, max_length=255)),
                ('began', models.DateField()),
                ('day', models.DateField()),
                ('taken', models.IntegerField()),
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
            name='Webhook',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=63)),
                ('url', models.CharField(max_length=500)),
                ('signing_secret', models.CharField(blank=True, help_text='The name of the secret that calls are signed with.', max_length=63)),
                ('is_test', models.BooleanField(default=False, help_text='May be called while the clock is virtual.')),
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
            name='WebhookCall',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('dialogue', models.CharField(max_length=63)),
                ('turn', models.CharField(max_length=63)),
                ('seq', models.IntegerField()),
                ('payload', models.JSONField(default=dict)),
                ('asked_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('claimed_until', models.DateTimeField(null=True)),
                ('attempt', models.SmallIntegerField(default=0)),
                ('profile', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='people.profile')),
                ('run', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='engage.run')),
                ('webhook', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='engage.webhook')),
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
            name='CareRules',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.TextField()),
                ('data', models.TextField(help_text='JSON, in the order in which it was written.')),
                ('changed_at', models.DateTimeField()),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='platform.workspace')),
            ],
            options={
                'abstract': False,
                'default_manager_name': '_rows',
                'constraints': [models.UniqueConstraint(fields=('workspace',), name='one_set_of_care_rules')],
            },
            managers=[
                ('_rows', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='CarrierHeard',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=39)),
                ('heard_at', models.DateTimeField()),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='platform.workspace')),
            ],
            options={
                'abstract': False,
                'default_manager_name': '_rows',
                'constraints': [models.UniqueConstraint(fields=('workspace', 'name'), name='one_moment_per_carrier')],
            },
            managers=[
                ('_rows', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='CodeTry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('who', models.CharField(max_length=64)),
                ('way', models.CharField(help_text='The till or the key by which they were tried, as staff know it.', max_length=80)),
                ('unknown', models.IntegerField(default=0)),
                ('first_at', models.DateTimeField()),
                ('last_at', models.DateTimeField()),
                ('stopped_at', models.DateTimeField(null=True)),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='platform.workspace')),
            ],
            options={
                'abstract': False,
                'default_manager_name': '_rows',
                'indexes': [models.Index(condition=models.Q(('stopped_at__isnull', False)), fields=['workspace', 'stopped_at'], name='tries_stopped')],
                'constraints': [models.UniqueConstraint(fields=('workspace', 'who'), name='tries_of_one')],
            },
            managers=[
                ('_rows', django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddConstraint(
            model_name='endpoint',
            constraint=models.UniqueConstraint(fields=('workspace', 'name'), name='one_endpoint_per_name'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['workspace', 'conversation', 'at'], name='entries_of_conversation'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.UniqueConstraint(condition=models.Q(('direction', 'in'), models.Q(('message_ref', ''), _negated=True)), fields=('workspace', 'conversation', 'message_ref'), name='one_entry_per_message_taken_in'),
        ),
        migrations.AddIndex(
            model_name='contribution',
            index=models.Index(fields=['workspace', 'state', '-came_at', '-id'], name='contributions_by_state'),
        ),
        migrations.AddIndex(
            model_name='contribution',
            index=models.Index(fields=['workspace', 'profile'], name='contributions_of_profile'),
        ),
        migrations.AddIndex(
            model_name='contribution',
            index=models.Index(condition=models.Q(('forget_at__isnull', False)), fields=['workspace', 'forget_at'], name='contributions_to_go'),
        ),
        migrations.AddConstraint(
            model_name='contribution',
            constraint=models.UniqueConstraint(condition=models.Q(('question', ''), _negated=True), fields=('workspace', 'delivery', 'survey', 'question'), name='one_contribution_per_answer'),
        ),
        migrations.AddConstraint(
            model_name='contribution',
            constraint=models.UniqueConstraint(fields=('workspace', 'entry'), name='one_contribution_per_entry'),
        ),
        migrations.AddIndex(
            model_name='keptmail',
            index=models.Index(fields=['workspace', '-at', '-id'], name='kept_mail_by_time'),
        ),
        migrations.AddIndex(
            model_name='looked',
            index=models.Index(fields=['at'], name='looks_by_time'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.UniqueConstraint(fields=('workspace', 'name'), name='one_message_per_name'),
        ),
        migrations.AddConstraint(
            model_name='messageversion',
            constraint=models.UniqueConstraint(fields=('workspace', 'message', 'number'), name='message_versions'),
        ),
        migrations.AddConstraint(
            model_name='movement',
            constraint=models.UniqueConstraint(condition=models.Q(('key', ''), _negated=True), fields=('workspace', 'key'), name='one_movement_per_key'),
        ),
        migrations.AddIndex(
            model_name='goodwillgift',
            index=models.Index(fields=['workspace', 'staff', 'at'], include=('cost',), name='goodwill_of_staff'),
        ),
        migrations.AddIndex(
            model_name='photo',
            index=models.Index(condition=models.Q(('forget_at__isnull', False)), fields=['workspace', 'forget_at'], name='held_photos_to_go'),
        ),
        migrations.AddConstraint(
            model_name='photo',
            constraint=models.UniqueConstraint(fields=('workspace', 'contribution'), name='one_photo_per_contribution'),
        ),
        migrations.AddConstraint(
            model_name='photo',
            constraint=models.UniqueConstraint(fields=('workspace', 'held'), name='held_photos'),
        ),
        migrations.AddIndex(
            model_name='poolcode',
            index=models.Index(condition=models.Q(('taken_at__isnull', False)), fields=['workspace', 'offer', 'taken_at'], name='pool_codes_taken'),
        ),
        migrations.AddConstraint(
            model_name='poolcode',
            constraint=models.UniqueConstraint(fields=('workspace', 'offer', 'code'), name='one_pool_code'),
        ),
        migrations.AddConstraint(
            model_name='relay',
            constraint=models.UniqueConstraint(fields=('workspace', 'name'), name='one_relay_per_name'),
        ),
        migrations.AddIndex(
            model_name='run',
            index=models.Index(condition=models.Q(('under_way', True), ('wake_at__isnull', False)), fields=['workspace', 'wake_at', 'shard'], name='runs_due'),
        ),
        migrations.AddIndex(
            model_name='run',
            index=models.Index(fields=['workspace', 'dialogue', 'profile'], name='runs_of_profile'),
        ),
        migrations.AddConstraint(
            model_name='run',
            constraint=models.UniqueConstraint(condition=models.Q(('under_way', True)), fields=('workspace', 'dialogue', 'person', 'occasion'), name='one_run_under_way'),
        ),
        migrations.AddIndex(
            model_name='perk',
            index=models.Index(fields=['workspace', 'offer', 'state'], include=('cost', 'worth', 'remaining', 'expires_at'), name='perks_of_offer'),
        ),
        migrations.AddIndex(
            model_name='perk',
            index=models.Index(condition=models.Q(('state', 'redeemed'), models.Q(('redeemed_for', ''), _negated=True)), fields=['workspace', 'redeemed_for'], name='perks_of_order'),
        ),
        migrations.AddIndex(
            model_name='perk',
            index=models.Index(condition=models.Q(('state__in', ['reserved', 'issued', 'begun'])), fields=['workspace', 'expires_at'], name='perks_to_expire'),
        ),
        migrations.AddConstraint(
            model_name='perk',
            constraint=models.UniqueConstraint(condition=models.Q(('code', ''), _negated=True), fields=('workspace', 'code'), name='one_perk_per_code'),
        ),
        migrations.AddConstraint(
            model_name='perk',
            constraint=models.UniqueConstraint(condition=models.Q(('run__isnull', False), models.Q(('state', 'released'), _negated=True)), fields=('workspace', 'run', 'offer', 'seq'), name='one_perk_per_turn'),
        ),
        migrations.AddConstraint(
            model_name='perk',
            constraint=models.CheckConstraint(condition=models.Q(('remaining__gte', 0), ('remaining__lte', models.F('amount'))), name='no_balance_below_zero'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('waits', True)), fields=['workspace', 'due_at', 'id'], name='deliveries_due'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('in_doubt', True)), fields=['workspace', '-planned_at', '-id'], name='deliveries_in_doubt'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('conversation__isnull', False)), fields=['workspace', 'conversation'], name='deliveries_in_conversation'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(models.F('workspace'), django.db.models.fields.json.KeyTextTransform('to', 'body'), models.F('planned_at'), condition=models.Q(('run__isnull', True), ('turn', 'parent')), name='letters_to_parents'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.UniqueConstraint(fields=('workspace', 'dialogue', 'run', 'turn', 'occurrence'), name='sent_once'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(('run', None), ('dialogue__isnull', False), _connector='OR'), name='runs_are_of_dialogues'),
        ),
        migrations.AddIndex(
            model_name='conversation',
            index=models.Index(fields=['workspace', 'state', '-touched_at', '-id'], name='conversations_inbox'),
        ),
        migrations.AddIndex(
            model_name='conversation',
            index=models.Index(fields=['workspace', 'profile'], name='conversations_of_profile'),
        ),
        migrations.AddIndex(
            model_name='conversation',
            index=models.Index(condition=models.Q(('state', 'open')), fields=['workspace', 'due_first', 'opened_at', 'id'], name='conversations_queue'),
        ),
        migrations.AddIndex(
            model_name='conversation',
            index=models.Index(condition=models.Q(('due_at__isnull', False), ('overdue_told', False), ('state', 'open')), fields=['workspace', 'due_at'], name='conversations_due'),
        ),
        migrations.AddConstraint(
            model_name='conversation',
            constraint=models.UniqueConstraint(fields=('workspace', 'person'), name='one_conversation_per_person'),
        ),
        migrations.AddConstraint(
            model_name='site',
            constraint=models.UniqueConstraint(fields=('workspace', 'name'), name='one_site_per_name'),
        ),
        migrations.AddConstraint(
            model_name='siteversion',
            constraint=models.UniqueConstraint(fields=('workspace', 'site', 'number'), name='site_versions'),
        ),
        migrations.AddConstraint(
            model_name='team',
            constraint=models.UniqueConstraint(fields=('workspace', 'name'), name='one_team_per_name'),
        ),
        migrations.AddConstraint(
            model_name='timetable',
            constraint=models.UniqueConstraint(fields=('workspace', 'dialogue'), name='one_timetable_per_dialogue'),
        ),
        migrations.AddConstraint(
            model_name='trialresult',
            constraint=models.UniqueConstraint(fields=('workspace', 'dialogue', 'turn', 'message_version', 'issue'), name='one_result_per_test'),
        ),
        migrations.AddConstraint(
            model_name='untaken',
            constraint=models.UniqueConstraint(fields=('workspace', 'endpoint', 'event_id'), name='set_aside_once'),
        ),
        migrations.AddConstraint(
            model_name='warmingup',
            constraint=models.UniqueConstraint(fields=('workspace', 'sending', 'receiving', 'day'), name='one_count_per_day'),
        ),
        migrations.AddConstraint(
            model_name='webhook',
            constraint=models.UniqueConstraint(fields=('workspace', 'name'), name='one_webhook_per_name'),
        ),
        migrations.AddIndex(
            model_name='webhookcall',
            index=models.Index(fields=['workspace', 'due_at'], name='webhook_calls_due'),
        ),
    ]
