import django.db.models.deletion
import django.db.models.manager
from django.conf import settings
from duologue.platform.database.first import FirstMigration
from django.db import migrations, models


class Migration(FirstMigration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Staff',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('email', models.EmailField(max_length=254, unique=True)),
                ('name', models.CharField(blank=True, max_length=120)),
                ('is_active', models.BooleanField(default=True)),
                ('is_operator', models.BooleanField(default=False)),
                ('theme', models.CharField(default='auto', max_length=5)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ShardLease',
            fields=[
                ('pk', models.CompositePrimaryKey('role', 'shard', blank=True, editable=False, primary_key=True, serialize=False)),
                ('role', models.CharField(max_length=16)),
                ('shard', models.SmallIntegerField()),
                ('owner', models.CharField(max_length=64)),
                ('epoch', models.BigIntegerField(default=0)),
                ('expires_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='ShardOwner',
            fields=[
                ('pk', models.CompositePrimaryKey('role', 'owner', blank=True, editable=False, primary_key=True, serialize=False)),
                ('role', models.CharField(max_length=16)),
                ('owner', models.CharField(max_length=64)),
                ('seen_until', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Installation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('generation', models.BigIntegerField(default=0)),
                ('backed_up_at', models.DateTimeField(null=True)),
                ('backed_up_to', models.CharField(blank=True, max_length=500)),
                ('backed_up_bytes', models.BigIntegerField(default=0)),
                ('restored_at', models.DateTimeField(null=True)),
                ('restored_from', models.DateTimeField(help_text='The moment that the database was put back to.', null=True)),
                ('restoring', models.BooleanField(default=False, help_text='A restore has begun and not ended: nothing may be sent.')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='one_installation')],
            },
        ),
        migrations.CreateModel(
            name='SignInLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.BinaryField(max_length=32, unique=True)),
                ('expires_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(null=True)),
                ('staff', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Workspace',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.SlugField(max_length=63, unique=True)),
                ('title', models.CharField(max_length=200)),
                ('seed', models.BigIntegerField()),
                ('salt', models.BinaryField(max_length=32)),
                ('timezone', models.CharField(default='UTC', max_length=64)),
                ('locale', models.CharField(default='en', max_length=35)),
                ('country', models.CharField(default='GB', max_length=2)),
                ('currency', models.CharField(default='GBP', max_length=3)),
                ('clock', models.CharField(choices=[('live', 'Live'), ('virtual', 'Virtual')], default='live', max_length=7)),
                ('clock_at', models.DateTimeField(blank=True, null=True)),
                ('sending_stopped_at', models.DateTimeField(blank=True, null=True)),
                ('sending_stopped_because', models.CharField(blank=True, max_length=300)),
                ('created_at', models.DateTimeField()),
                ('restored_from', models.DateTimeField(blank=True, help_text='The moment of the backup it was last restored from.', null=True)),
                ('restored_at', models.DateTimeField(blank=True, help_text='Until when it is not known here what happened since.', null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('clock', 'live'), ('clock_at__isnull', True)), models.Q(('clock', 'virtual'), ('clock_at__isnull', False)), _connector='OR'), name='workspace_clock')],
            },
        ),
        migrations.CreateModel(
            name='Key',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80)),
                ('kind', models.CharField(choices=[('write', 'Write'), ('site', 'Site'), ('manage', 'Manage')], max_length=6)),
                ('role', models.CharField(blank=True, choices=[('owner', 'Owner'), ('editor', 'Editor'), ('analyst', 'Analyst'), ('care', 'Care'), ('guest', 'Guest')], max_length=10)),
                ('only', models.JSONField(default=list, help_text='Of a management key: the areas of the API it is for; none for all.')),
                ('shown', models.CharField(help_text='The first characters, to recognise it by.', max_length=12)),
                ('digest', models.BinaryField(max_length=32, unique=True)),
                ('created_at', models.DateTimeField()),
                ('last_used_at', models.DateTimeField(null=True)),
                ('revoked_at', models.DateTimeField(null=True)),
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
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.EmailField(max_length=254)),
                ('role', models.CharField(choices=[('owner', 'Owner'), ('editor', 'Editor'), ('analyst', 'Analyst'), ('care', 'Care'), ('guest', 'Guest')], max_length=10)),
                ('digest', models.BinaryField(max_length=32, unique=True)),
                ('created_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('accepted_at', models.DateTimeField(null=True)),
                ('invited_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
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
            name='Secret',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80)),
                ('sealed', models.BinaryField()),
                ('changed_at', models.DateTimeField()),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='platform.workspace')),
            ],
            options={
                'abstract': False,
                'default_manager_name': '_rows',
                'constraints': [models.UniqueConstraint(fields=('workspace', 'name'), name='one_secret_per_name')],
            },
            managers=[
                ('_rows', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='PlanFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('path', models.CharField(max_length=300)),
                ('content', models.BinaryField()),
                ('edited_on_screen', models.BooleanField(default=False)),
                ('applied_at', models.DateTimeField()),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='platform.workspace')),
            ],
            options={
                'abstract': False,
                'default_manager_name': '_rows',
                'constraints': [models.UniqueConstraint(fields=('workspace', 'path'), name='one_plan_file_per_path')],
            },
            managers=[
                ('_rows', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('owner', 'Owner'), ('editor', 'Editor'), ('analyst', 'Analyst'), ('care', 'Care'), ('guest', 'Guest')], max_length=10)),
                ('joined_at', models.DateTimeField()),
                ('staff', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='platform.workspace')),
            ],
            options={
                'abstract': False,
                'default_manager_name': '_rows',
                'constraints': [models.UniqueConstraint(fields=('workspace', 'staff'), name='one_role_per_member')],
            },
            managers=[
                ('_rows', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Host',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=255)),
                ('home', models.CharField(blank=True, max_length=63)),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='platform.workspace')),
            ],
            options={
                'abstract': False,
                'default_manager_name': '_rows',
                'constraints': [models.UniqueConstraint(fields=('name',), name='one_workspace_per_host')],
            },
            managers=[
                ('_rows', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Cursor',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('follower', models.CharField(max_length=40)),
                ('batch_no', models.BigIntegerField(default=0)),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='platform.workspace')),
            ],
            options={
                'abstract': False,
                'default_manager_name': '_rows',
                'constraints': [models.UniqueConstraint(fields=('workspace', 'follower'), name='one_cursor_per_follower')],
            },
            managers=[
                ('_rows', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('actor', models.CharField(help_text="A member's name, a key's name, or 'command line'.", max_length=120)),
                ('action', models.CharField(help_text="A verb and its object: 'publish dialogue'.", max_length=60)),
                ('subject', models.CharField(blank=True, max_length=200)),
                ('detail', models.JSONField(default=dict)),
                ('staff', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('workspace', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='platform.workspace')),
            ],
            options={
                'indexes': [models.Index(fields=['workspace', '-at', '-id'], name='audit_by_time'), models.Index(fields=['workspace', 'actor', '-at', '-id'], name='audit_by_who'), models.Index(fields=['workspace', 'action', '-at', '-id'], name='audit_by_what')],
            },
        ),
        migrations.CreateModel(
            name='Answered',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.BigIntegerField(help_text='The key that asked, by its number.')),
                ('word', models.CharField(help_text='The Idempotency-Key.', max_length=255)),
                ('request', models.BinaryField(help_text='A digest of method, address and body.', max_length=32)),
                ('at', models.DateTimeField()),
                ('status', models.SmallIntegerField(default=0)),
                ('body', models.BinaryField(default=b'')),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='platform.workspace')),
            ],
            options={
                'abstract': False,
                'default_manager_name': '_rows',
                'indexes': [models.Index(fields=['at'], name='answers_by_time')],
                'constraints': [models.UniqueConstraint(fields=('workspace', 'key', 'word'), name='one_answer_per_idempotency_key')],
            },
            managers=[
                ('_rows', django.db.models.manager.Manager()),
            ],
        ),
    ]
