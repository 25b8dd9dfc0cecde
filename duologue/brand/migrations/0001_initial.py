import django.contrib.postgres.indexes
import django.contrib.postgres.search
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
            name='AcceptedWording',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('of', models.CharField(max_length=120)),
                ('mark', models.CharField(max_length=32)),
                ('about', models.CharField(max_length=40)),
                ('quote', models.CharField(max_length=300)),
                ('reason', models.CharField(max_length=300)),
                ('by', models.CharField(max_length=120)),
                ('at', models.DateTimeField()),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='platform.workspace')),
            ],
            options={
                'abstract': False,
                'default_manager_name': '_rows',
                'constraints': [models.UniqueConstraint(fields=('workspace', 'of', 'mark'), name='accepted_once')],
            },
            managers=[
                ('_rows', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='BookVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.IntegerField()),
                ('data', models.JSONField()),
                ('since', models.DateTimeField()),
                ('source', models.TextField(blank=True, help_text='Its YAML as it was handed in, where it was.')),
                ('by', models.CharField(blank=True, help_text='Who changed it, as in the audit log.', max_length=120)),
                ('again', models.IntegerField(help_text='The earlier version that this one brought back.', null=True)),
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
            name='Feed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40)),
                ('address', models.CharField(max_length=1000)),
                ('every', models.IntegerField(help_text='Minutes.')),
                ('next_at', models.DateTimeField()),
                ('etag', models.CharField(blank=True, max_length=300)),
                ('modified', models.CharField(blank=True, max_length=100)),
                ('sale_turns_at', models.DateTimeField(help_text='When the first of the sales that it tells of begins or ends.', null=True)),
                ('tried_at', models.DateTimeField(null=True)),
                ('taken_at', models.DateTimeField(null=True)),
                ('trouble', models.CharField(blank=True, help_text='Why the last time changed nothing.', max_length=400)),
                ('unchanged', models.BooleanField(default=False)),
                ('products', models.IntegerField(default=0, help_text='How many the last one taken named.')),
                ('changed', models.IntegerField(default=0)),
                ('gone', models.IntegerField(default=0)),
                ('refused_count', models.IntegerField(default=0)),
                ('refused', models.JSONField(default=list, help_text='The first of them: [line, sentence].')),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='platform.workspace')),
            ],
            options={
                'abstract': False,
                'default_manager_name': '_rows',
                'indexes': [models.Index(fields=['next_at'], name='feeds_due')],
                'constraints': [models.UniqueConstraint(fields=('workspace', 'name'), name='one_feed_per_name')],
            },
            managers=[
                ('_rows', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Logo',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=20)),
                ('source', models.BinaryField()),
                ('content', models.BinaryField()),
                ('width', models.IntegerField()),
                ('height', models.IntegerField()),
                ('since', models.DateTimeField()),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='platform.workspace')),
            ],
            options={
                'abstract': False,
                'default_manager_name': '_rows',
                'constraints': [models.UniqueConstraint(fields=('workspace', 'name'), name='one_logo_per_name')],
            },
            managers=[
                ('_rows', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='PersonaVersion',
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
                'constraints': [models.UniqueConstraint(fields=('workspace', 'name', 'number'), name='personaversion_numbers')],
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
                ('variant_of', models.CharField(blank=True, help_text='The key of the group whose variant it is; none for one of its own.', max_length=80)),
                ('price', models.BigIntegerField(null=True)),
                ('currency', models.CharField(max_length=3)),
                ('stock', models.IntegerField(null=True)),
                ('picture', models.URLField(blank=True, max_length=500)),
                ('link', models.URLField(blank=True, max_length=500)),
                ('feed', models.CharField(blank=True, help_text='The feed that brought it last; none for one taken out by hand.', max_length=40)),
                ('gone_at', models.DateTimeField(help_text='Since when it is no longer offered.', null=True)),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='platform.workspace')),
            ],
            options={
                'abstract': False,
                'default_manager_name': '_rows',
                'indexes': [django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.search.SearchVector('name', 'key', config='simple'), name='products_by_word'), models.Index(condition=models.Q(('gone_at', None), ('stock__lte', 0)), fields=['workspace', 'id'], name='products_sold_out'), models.Index(condition=models.Q(('gone_at', None), ('stock__gt', 0)), fields=['workspace', 'stock'], name='products_counted'), models.Index(condition=models.Q(('gone_at__isnull', False)), fields=['workspace', 'id'], name='products_gone'), models.Index(condition=models.Q(('variant_of', ''), _negated=True), fields=['workspace', 'variant_of'], name='products_of_group'), models.Index(condition=models.Q(('gone_at', None), models.Q(('feed', ''), _negated=True)), fields=['workspace', 'feed'], name='products_of_feed')],
                'constraints': [models.UniqueConstraint(fields=('workspace', 'key'), name='one_product_per_key')],
            },
            managers=[
                ('_rows', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='ProductChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=80)),
                ('kind', models.CharField(choices=[('back', 'Back'), ('cheaper', 'Cheaper'), ('little', 'Little')], max_length=7)),
                ('at', models.DateTimeField()),
                ('price_before', models.BigIntegerField(null=True)),
                ('told_to', models.BigIntegerField(default=0, help_text='The profile up to which it is told.')),
                ('told_at', models.DateTimeField(null=True)),
                ('people', models.IntegerField(default=0, help_text='How many have been told.')),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='platform.workspace')),
            ],
            options={
                'abstract': False,
                'default_manager_name': '_rows',
                'indexes': [models.Index(condition=models.Q(('told_at', None)), fields=['workspace', 'at', 'id'], name='changes_to_tell'), models.Index(fields=['workspace', 'key', '-at'], name='changes_of_product')],
            },
            managers=[
                ('_rows', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='ProductPrice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=80)),
                ('at', models.DateTimeField()),
                ('price', models.BigIntegerField(null=True)),
                ('currency', models.CharField(max_length=3)),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='platform.workspace')),
            ],
            options={
                'abstract': False,
                'default_manager_name': '_rows',
                'indexes': [models.Index(fields=['workspace', 'key', '-at'], name='prices_of_product')],
            },
            managers=[
                ('_rows', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Watch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('looked_within', models.SmallIntegerField(default=30, help_text='In days.')),
                ('little_stock', models.IntegerField(default=5)),
                ('least_drop', models.SmallIntegerField(default=5, help_text='In percent of the price before.')),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='platform.workspace')),
            ],
            options={
                'abstract': False,
                'default_manager_name': '_rows',
                'constraints': [models.UniqueConstraint(fields=('workspace',), name='one_watch_per_workspace')],
            },
            managers=[
                ('_rows', django.db.models.manager.Manager()),
            ],
        ),
    ]
