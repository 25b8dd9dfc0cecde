-- What everybody in one dialogue left behind; statements are parted by a line with a semicolon at its end.
INSERT INTO strategize_segmentmember (workspace_id, segment_id, person, shard, member, since)
    SELECT workspace_id, %(segment)s, person, shard, true, %(now)s FROM people_profile WHERE workspace_id = %(workspace)s;

UPDATE strategize_segment SET size = (SELECT count(*) FROM strategize_segmentmember WHERE segment_id = %(segment)s), swept_revision = 1 WHERE id = %(segment)s;

INSERT INTO people_event (workspace_id, profile_id, occurred_at, received_at, name, properties, source, write_id)
    SELECT workspace_id, id, %(now)s - interval '1 day' * (n * 20) - interval '1 second' * (id %% 86400), %(now)s,
           (ARRAY['Order Completed', 'Product Viewed', 'Message Sent', 'Link Clicked', 'Product Viewed', 'Order Completed'])[n],
           jsonb_build_object('order_id', id || '-' || n, 'revenue', 42.5, 'currency', 'GBP'), 'shop', 1
    FROM people_profile, generate_series(1, 6) n WHERE workspace_id = %(workspace)s;

INSERT INTO engage_admission (workspace_id, dialogue_id, person, verdict, reason, at, decided_at)
    SELECT p.workspace_id, d.id, p.person, CASE WHEN p.id %% 10 = 0 THEN 'held_out' ELSE 'admitted' END, '',
           %(now)s - interval '40 days', %(now)s - interval '40 days'
    FROM people_profile p JOIN strategize_dialogue d ON d.workspace_id = p.workspace_id WHERE p.workspace_id = %(workspace)s;

INSERT INTO engage_run (workspace_id, dialogue_id, version_id, person, profile_id, shard, occasion, turn, seq, arrived_at, phase,
                            wake_at, under_way, ended_reason, started_at, data, heard)
    SELECT p.workspace_id, v.dialogue_id, v.id, p.person, p.id, p.shard, '', 'invite', 1, %(now)s - interval '40 days', 'listening',
           %(now)s + interval '3 days', p.id %% 3 > 0, CASE WHEN p.id %% 3 > 0 THEN '' ELSE 'goal' END, %(now)s - interval '40 days', '{}', '{}'
    FROM people_profile p JOIN strategize_dialogueversion v ON v.workspace_id = p.workspace_id
    WHERE p.workspace_id = %(workspace)s AND p.id %% 10 > 0;

INSERT INTO engage_runstep (workspace_id, run_id, seq, dialogue_id, person, turn, arrived_at, left_at, heard, "then")
    SELECT workspace_id, id, 1, dialogue_id, person, 'invite', started_at, started_at, 'silence: 3d', 'last'
    FROM engage_run WHERE workspace_id = %(workspace)s;

INSERT INTO engage_delivery (workspace_id, run_id, dialogue_id, person, profile_id, shard, turn, occurrence, body, channel, purpose, kind,
                                 basis, state, reason, detail, attempt, sender, due_at, too_late_at, planned_at, accepted_at, address, relay, cost)
    SELECT r.workspace_id, r.id, r.dialogue_id, r.person, r.profile_id, r.shard, 'invite', 1, '{}', 'email', 'promotions', 'promotion', 'consent',
           CASE WHEN r.id %% 50 = 0 THEN 'uncertain' WHEN r.id %% 50 = 1 THEN 'queued' WHEN r.id %% 50 < 6 THEN 'withheld' ELSE 'accepted' END,
           '', '', 1, '', r.started_at, r.started_at + interval '3 days', r.started_at,
           CASE WHEN r.id %% 50 > 5 THEN r.started_at END, '', '', 100
    FROM engage_run r WHERE r.workspace_id = %(workspace)s;

INSERT INTO engage_perk (workspace_id, offer_id, offer_version_id, person, profile_id, run_id, seq, code, state, worth, cost, reserved_at,
                             issued_at, expires_at, redeemed_for, unit, amount, remaining, reason)
    SELECT r.workspace_id, v.offer_id, v.id, r.person, r.profile_id, r.id, 1, 'C' || r.id, 'issued', 500, 500, %(now)s, %(now)s,
           %(now)s + interval '14 days', '', '', 0, 0, ''
    FROM engage_run r JOIN strategize_offerversion v ON v.workspace_id = r.workspace_id
    WHERE r.workspace_id = %(workspace)s AND r.id %% 2 = 0;

INSERT INTO engage_poolcode (workspace_id, offer_id, code)
    SELECT o.workspace_id, o.id, 'P' || n FROM strategize_offer o, generate_series(1, 100000) n WHERE o.workspace_id = %(workspace)s;

INSERT INTO engage_conversation (workspace_id, person, profile_id, state, held_by, team, intent, is_complaint, priority, brief, opened_at,
                                     touched_at, outcome, overdue_told)
    SELECT workspace_id, person, id, CASE WHEN id %% 20 = 0 THEN 'open' ELSE 'closed' END, 'human', 'care', '', false, 5, '', %(now)s, %(now)s,
           '', false
    FROM people_profile WHERE workspace_id = %(workspace)s AND id %% 10 = 0;

INSERT INTO engage_entry (workspace_id, conversation_id, profile_id, at, direction, channel, subject, text, intent, message_ref)
    SELECT workspace_id, id, profile_id, touched_at, 'in', 'email', '', 'Where is my order?', '', ''
    FROM engage_conversation WHERE workspace_id = %(workspace)s;

INSERT INTO engage_keptmail (workspace_id, at, sender, recipient, subject, content, delivery_id)
    SELECT workspace_id, %(now)s, 'shop@example.com', 'p@example.com', 'We miss you', 'Subject: x', id
    FROM engage_delivery WHERE workspace_id = %(workspace)s;
