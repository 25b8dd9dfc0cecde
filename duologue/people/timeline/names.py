"""The names of events that Duologue itself writes, with what their properties hold.

A brand's own events keep the names they come with (Segment's "Order Completed", "Product Viewed" …).
"""

from __future__ import annotations

from typing import Final

# deliveries: {delivery, dialogue, turn, seq, message, channel} and run_id, delivery_id on the row
MESSAGE_SENT: Final = "Message Sent"  # accepted by the carrier
MESSAGE_WITHHELD: Final = "Message Withheld"  # + reason
MESSAGE_FAILED: Final = "Message Failed"  # + reason, code
MESSAGE_UNCERTAIN: Final = "Message Uncertain"
MESSAGE_BOUNCED: Final = "Message Bounced"  # + severity: hard|soft, reason
MESSAGE_CONFIRMED: Final = "Message Confirmed"
MESSAGE_OPENED: Final = "Message Opened"  # decides nothing
LINK_CLICKED: Final = "Link Clicked"  # + link (its name or number), url, human: true|false|unknown, footer: bool
MESSAGE_REPLIED: Final = "Message Replied"  # + intent, words (lower-case words of the visible text, no addresses)
SPAM_REPORTED: Final = "Spam Reported"
SNOOZED: Final = "Snoozed"  # + until

# surveys, consent, perks, conversations, segments
SURVEY_ANSWERED: Final = "Survey Answered"  # {survey, answers: {question: value}}
CONSENT_GRANTED: Final = "Consent Granted"  # {channel, purpose, source}
CONSENT_WITHDRAWN: Final = "Consent Withdrawn"
CONSENT_REFUSED: Final = "Consent Refused"
PERK_ISSUED: Final = "Perk Issued"  # {perk, offer, expires_at}; of points and credit also amount
PERK_SEEN: Final = "Perk Seen"  # {perk, offer, expires_at}: they clicked in, or answered, what brought it
PERK_REDEEMED: Final = "Perk Redeemed"  # {perk, offer, order, worth}; of points and credit also amount, remaining
PERK_EXPIRED: Final = "Perk Expired"  # {perk, offer}
PERK_WITHDRAWN: Final = "Perk Withdrawn"  # {perk, offer, reason}
TRIAL_BEGUN: Final = "Trial Begun"  # {perk, offer, ends_at}
TRIAL_ENDED: Final = "Trial Ended"  # {perk, offer}
TRIAL_CONVERTED: Final = "Trial Converted"  # {perk, offer, order}
CONVERSATION_OPENED: Final = "Conversation Opened"  # {intent, team}
CONVERSATION_CLOSED: Final = "Conversation Closed"  # {outcome}
CONVERSATION_OVERDUE: Final = "Conversation Overdue"
SEGMENT_JOINED: Final = "Segment Joined"  # {segment}
SEGMENT_LEFT: Final = "Segment Left"
DIALOGUE_ENTERED: Final = "Dialogue Entered"  # {dialogue, way: dialogues come through} and what the one it was entered from began with
WEBHOOK_ANSWERED: Final = "Webhook Answered"  # {webhook, answer, turn, seq} and run_id on the row
WEBHOOK_FAILED: Final = "Webhook Failed"  # {webhook, reason, turn, seq}
FACT_CHANGED: Final = "Fact Changed"  # {key: value, …} written beside identify and by learn

# what sites and apps tell by Segment's page, screen and group calls
PAGE_VIEWED: Final = "Page Viewed"  # {name, url, path, …}
SCREEN_VIEWED: Final = "Screen Viewed"  # {name, …}
GROUP_JOINED: Final = "Group Joined"  # {group, …}

# what placements and occasions tell
CODE_SCANNED: Final = "Code Scanned"  # {code, placement}
NUMBER_CALLED: Final = "Number Called"  # {number, placement}
ATTENDED: Final = "Attended"  # {occasion}

# commerce, as Segment's specification names them
ORDER_COMPLETED: Final = "Order Completed"  # {order_id, revenue, currency, coupon, products: [{product_id, name, quantity, price}]}
ORDER_REFUNDED: Final = "Order Refunded"  # {order_id, total, currency}
FORM_SENT: Final = "Form Sent"
PRODUCT_VIEWED: Final = "Product Viewed"  # {product_id}
PRODUCT_ASKED_FOR: Final = "Product Asked For"  # {product_id}: "tell me when it is back"

# the catalogue, for those who looked at a product: {product_id, sku, name, price, currency, stock, url, image_url, looked, change}
BACK_IN_STOCK: Final = "Back In Stock"
PRICE_DROPPED: Final = "Price Dropped"  # + price_before
LOW_IN_STOCK: Final = "Low In Stock"

ONLY_OURS: Final = frozenset(
    {MESSAGE_SENT, MESSAGE_WITHHELD, MESSAGE_FAILED, MESSAGE_UNCERTAIN, MESSAGE_BOUNCED, MESSAGE_CONFIRMED, MESSAGE_OPENED}
    | {LINK_CLICKED, MESSAGE_REPLIED, SPAM_REPORTED, SNOOZED, SURVEY_ANSWERED}
    | {PERK_ISSUED, PERK_SEEN, PERK_REDEEMED, PERK_EXPIRED, PERK_WITHDRAWN, TRIAL_BEGUN, TRIAL_ENDED, TRIAL_CONVERTED}
    | {CONVERSATION_OPENED, CONVERSATION_CLOSED, CONVERSATION_OVERDUE, SEGMENT_JOINED, SEGMENT_LEFT, FACT_CHANGED}
    | {DIALOGUE_ENTERED, WEBHOOK_ANSWERED, WEBHOOK_FAILED, BACK_IN_STOCK, PRICE_DROPPED, LOW_IN_STOCK}
)
"""Names that no one outside may send in."""

OURS: Final = "duologue"  # the source of events that Duologue writes
