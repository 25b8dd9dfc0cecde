"""The letters of a dialogue that left, as a part of SQL."""

from typing import Final

from duologue.engage.channels.protocol import NOBODYS

KEYS: Final = {"nobodys": list(NOBODYS)}
# what a team or a colleague is told is nobody's letter; a letter without a message is named by its turn. What a relay refused
# at once because nobody has the address left too, and is told apart
SENT: Final = """
    sent AS (
        SELECT d.id, d.profile_id, coalesce(d.handed_over_at, d.accepted_at) AS since,
               coalesce(m.name, d.turn) AS message, coalesce(v.number, 0) AS version,
               coalesce(d.body->>'variant', 'plain') AS variant, lower(split_part(d.address, '@', 2)) AS domain,
               d.state = 'failed' AS refused, d.bounced_at, d.reported_at, d.responded_at, d.left_at
        FROM engage_delivery d
        LEFT JOIN engage_messageversion v ON v.workspace_id = d.workspace_id AND v.id = d.message_version_id
        LEFT JOIN engage_message m ON m.workspace_id = v.workspace_id AND m.id = v.message_id
        WHERE d.workspace_id = %(workspace)s AND d.dialogue_id = %(dialogue)s AND d.body->>'to' IS NULL
          AND (d.state = 'accepted' OR (d.state = 'failed' AND d.reason = ANY(%(nobodys)s)))
    )"""
