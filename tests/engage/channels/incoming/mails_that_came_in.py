"""Mails as they come in, written after the manner of the systems named; every address and text is made up."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime

ORIGINAL = """Return-Path: <b+unknown@mail.shop.example>
From: Shop <hello@shop.example>
To: {to}
Subject: We miss you
Message-ID: <d.unknown@mail.shop.example>
List-Unsubscribe: <https://shop.example/u/unknown>

Hello, we have not seen you for a while.
"""


def mail(
    body: str, *, subject: str = "Re: We miss you", sender: str = "Anna Berg <anna@people.example>", html: str = "", **headers: str
) -> bytes:
    """Return a mail as a person's program writes it."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = headers.pop("to", "Shop <hello@shop.example>")
    message["Subject"] = subject
    message["Date"] = format_datetime(datetime(2026, 1, 5, 9, 30, tzinfo=UTC))
    message["Message-ID"] = headers.pop("message_id", "<abc123@people.example>")
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(body)
    if html:
        message.add_alternative(html, subtype="html")
    return message.as_bytes()


def dsn(
    to: str, status: str, diagnostic: str, *, action: str = "failed", sender: str = "MAILER-DAEMON@mx.example", subject: str = "Undelivered Mail Returned to Sender",
    human: str = "I'm sorry to have to inform you that your message could not be delivered.", extra: str = "", original: str = "", returned: str = "message/rfc822",
) -> bytes:  # fmt: skip
    """Return a delivery status notification as RFC 3464 asks for it."""
    return f"""Return-Path: <>
From: Mail Delivery System <{sender}>
To: b+unknown@mail.shop.example
Subject: {subject}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_b"

This is a MIME-encapsulated message.

--=_b
Content-Type: text/plain; charset=utf-8

{human}

--=_b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
Arrival-Date: Mon, 5 Jan 2026 09:00:00 +0000

Final-Recipient: rfc822; {to}
{extra}Action: {action}
Status: {status}
Diagnostic-Code: {diagnostic}

--=_b
Content-Type: {returned}

{original or ORIGINAL.format(to=to)}
--=_b--
""".encode()


def plain_bounce(
    body: str, *, sender: str = "MAILER-DAEMON@mx.example", subject: str = "failure notice", headers: str = "Return-Path: <>\n"
) -> bytes:
    """Return a bounce in a daemon's own words."""
    return f"""{headers}From: {sender}
To: b+unknown@mail.shop.example
Subject: {subject}
Date: Mon, 5 Jan 2026 09:00:00 +0000

{body}
""".encode()


# name, mail, kind, severity, reason, recipients
BOUNCES = [
    ("postfix unknown user", dsn("bob@gone.example", "5.1.1", "smtp; 550 5.1.1 <bob@gone.example>: Recipient address rejected: User unknown in virtual mailbox table"), "bounce", "hard", "no_such_address", ["bob@gone.example"]),
    ("gmail no such user", dsn("bob@gmail.example", "5.1.1", "smtp; 550-5.1.1 The email account that you tried to reach does not exist. Please try\n 550 5.1.1 double-checking the recipient's email address for typos"), "bounce", "hard", "no_such_address", ["bob@gmail.example"]),
    ("gmail over quota", dsn("bob@gmail.example", "4.2.2", "smtp; 452-4.2.2 The email account that you tried to reach is over quota."), "bounce", "soft", "mailbox_full", ["bob@gmail.example"]),
    ("full with a permanent code", dsn("bob@full.example", "5.2.2", "smtp; 552 5.2.2 Mailbox size limit exceeded"), "bounce", "soft", "mailbox_full", ["bob@full.example"]),
    ("full behind a general code", dsn("bob@full.example", "5.0.0", "smtp; 554 mailbox is full: retry later"), "bounce", "soft", "mailbox_full", ["bob@full.example"]),
    ("blocked for content", dsn("bob@strict.example", "5.7.1", "smtp; 554 5.7.1 Message rejected due to content restrictions: spam message rejected"), "bounce", "soft", "blocked", ["bob@strict.example"]),
    ("blocked by reputation", dsn("bob@hotmail.example", "5.7.1", "smtp; 550 5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent. Please contact your provider since part of their network is on our block list (S3140)."), "bounce", "soft", "blocked", ["bob@hotmail.example"]),
    ("policy code alone", dsn("bob@strict.example", "5.7.509", "smtp; 550 5.7.509 sorry"), "bounce", "soft", "blocked", ["bob@strict.example"]),
    ("a plain 550 that says nothing more", dsn("bob@gone.example", "5.0.0", "smtp; 550 Requested action not taken"), "bounce", "hard", "unknown", ["bob@gone.example"]),
    ("a plain 550 of policy", dsn("bob@strict.example", "5.0.0", "smtp; 550 Administrative prohibition"), "bounce", "soft", "blocked", ["bob@strict.example"]),
    ("a plain 550 that speaks of the sender", dsn("bob@strict.example", "5.0.0", "smtp; 550 Sender address invalid"), "bounce", "soft", "blocked", ["bob@strict.example"]),
    ("too big", dsn("bob@small.example", "5.3.4", "smtp; 552 5.3.4 Message size exceeds fixed limit"), "bounce", "soft", "too_big", ["bob@small.example"]),
    ("account disabled", dsn("bob@old.example", "5.2.1", "smtp; 550 5.2.1 The email account that you tried to reach is disabled."), "bounce", "hard", "disabled", ["bob@old.example"]),
    ("domain gone", dsn("bob@nowhere.example", "5.4.4", "X-Postfix; Host or domain name not found. Name service error for name=nowhere.example type=AAAA: Host not found"), "bounce", "hard", "no_such_domain", ["bob@nowhere.example"]),
    ("null MX", dsn("bob@nomail.example", "5.1.10", "smtp; 556 5.1.10 Recipient address has null MX"), "bounce", "hard", "no_such_domain", ["bob@nomail.example"]),
    ("given up after days", dsn("bob@slow.example", "4.4.1", "X-Postfix; connect to slow.example[192.0.2.9]:25: Connection timed out", subject="Undelivered Mail Returned to Sender"), "bounce", "soft", "expired", ["bob@slow.example"]),
    ("greylisted too long", dsn("bob@grey.example", "4.7.1", "smtp; 451 4.7.1 Greylisting in action, please come back later"), "bounce", "soft", "greylisted", ["bob@grey.example"]),
    ("relay denied", dsn("bob@other.example", "5.7.1", "smtp; 554 5.7.1 <bob@other.example>: Relay access denied"), "bounce", "soft", "blocked", ["bob@other.example"]),
    ("exchange in German", dsn("bob@firma.example", "5.1.10", "smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient bob@firma.example not found by SMTP address lookup", sender="MicrosoftExchange329e71@firma.example", subject="Unzustellbar: Wir vermissen Sie", human="Fehler bei der Nachrichtenzustellung an folgende Empfänger oder Gruppen: bob@firma.example"), "bounce", "hard", "no_such_address", ["bob@firma.example"]),
    ("original recipient counts behind a forwarding", dsn("new@elsewhere.example", "5.1.1", "smtp; 550 user unknown", extra="Original-Recipient: rfc822;bob@first.example\n"), "bounce", "hard", "no_such_address", ["bob@first.example"]),
    ("headers only are returned", dsn("bob@gone.example", "5.1.1", "smtp; 550 No such user here", returned="text/rfc822-headers"), "bounce", "hard", "no_such_address", ["bob@gone.example"]),
    ("no diagnostic, words in the text", dsn("bob@gone.example", "5.0.0", "", human="The user bob@gone.example does not exist at this domain."), "bounce", "hard", "no_such_address", ["bob@gone.example"]),
    ("yahoo", dsn("bob@yahoo.example", "5.0.0", "smtp; 554 delivery error: dd This user doesn't have a yahoo.example account (bob@yahoo.example) [0]"), "bounce", "hard", "no_such_address", ["bob@yahoo.example"]),
    ("delayed", dsn("bob@slow.example", "4.4.1", "smtp; connection timed out", action="delayed", subject="Delayed Mail (still being retried)"), "delivery_notice", None, "delayed", ["bob@slow.example"]),
    ("delivered", dsn("bob@good.example", "2.0.0", "smtp; 250 2.0.0 OK", action="delivered", subject="Successful Mail Delivery Report"), "delivery_notice", None, "delivered", ["bob@good.example"]),
    ("relayed", dsn("bob@good.example", "2.0.0", "smtp; 250 OK", action="relayed", subject="Delivery Status Notification (Relay)"), "delivery_notice", None, "delivered", ["bob@good.example"]),
    ("qmail", plain_bounce("""Hi. This is the qmail-send program at mx.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<bob@gone.example>:
192.0.2.5 does not like recipient.
Remote host said: 550 5.1.1 unknown user
Giving up on 192.0.2.5.

--- Below this line is a copy of the message.

""" + ORIGINAL.format(to="bob@gone.example")), "bounce", "hard", "no_such_address", ["bob@gone.example"]),
    ("exim", plain_bounce("""This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  bob@gone.example
    SMTP error from remote mail server after RCPT TO:<bob@gone.example>:
    host mx.gone.example [192.0.2.7]: 550 5.1.1 <bob@gone.example> No such mailbox

------ This is a copy of the message, including all the headers. ------

""" + ORIGINAL.format(to="bob@gone.example"), sender="Mail Delivery System <Mailer-Daemon@mx.example>", subject="Mail delivery failed: returning message to sender", headers="Return-path: <>\nX-Failed-Recipients: bob@gone.example\n"), "bounce", "hard", "no_such_address", ["bob@gone.example"]),
    ("exim delay", plain_bounce("""This message was created automatically by mail delivery software.
A message that you sent has not yet been delivered to one or more of its
recipients after more than 24 hours on the queue on mx.example.

The address to which the message has not yet been delivered is:

  bob@slow.example

No action is required on your part. Delivery attempts will continue for
some time, and this warning may be repeated at intervals.
""", sender="Mail Delivery System <Mailer-Daemon@mx.example>", subject="Warning: message 1tUabc delayed 24 hours"), "delivery_notice", None, "delayed", ["bob@slow.example"]),
    ("t-online in German", plain_bounce("""|------------------------- Message log follows: -------------------------|
 no valid recipients were found for this message
|------------------------- Failed addresses follow: ---------------------|
 <bob@weg.example> ... unknown user
""", sender="Mail Delivery System <postmaster@weg.example>", subject="Undeliverable mail"), "bounce", "hard", "no_such_address", ["bob@weg.example"]),
    ("web host in German", plain_bounce("""Die folgende Nachricht konnte nicht zugestellt werden.

Empfänger: bob@voll.example
Grund: Das Postfach des Empfängers ist voll.
""", sender="Mailer-Daemon <mailer-daemon@voll.example>", subject="Ihre Nachricht konnte nicht zugestellt werden"), "bounce", "soft", "mailbox_full", ["bob@voll.example"]),
    ("groupwise in its own words", plain_bounce("""The message that you sent was undeliverable to the following:
	bob@gone.example (user not found)
""", sender="Postmaster <postmaster@gone.example>", subject="Message status - undeliverable"), "bounce", "hard", "no_such_address", ["bob@gone.example"]),
    ("no empty return path", plain_bounce("""Your message to bob@gone.example was rejected.
The reason: 550 Invalid recipient bob@gone.example
""", sender="postmaster@gone.example", subject="Delivery failure", headers=""), "bounce", "hard", "no_such_address", ["bob@gone.example"]),
]  # fmt: skip

ARF = (
    b"""From: <staff@provider.example>
To: <abuse@mail.shop.example>
Subject: FW: We miss you
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="p1"

--p1
Content-Type: text/plain

This is an email abuse report for an email message received from IP 192.0.2.1.

--p1
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: SomeGenerator/1.0
Version: 1
Original-Rcpt-To: <bob@provider.example>
Arrival-Date: Mon, 5 Jan 2026 09:00:00 +0000

--p1
Content-Type: message/rfc822

"""
    + ORIGINAL.format(to="bob@provider.example").encode()
    + b"\n--p1--\n"
)

REPORTS = [
    ("abuse report", ARF, "spam_report", "abuse", ["bob@provider.example"]),
    ("abuse report, recipient only in the original", ARF.replace(b"Original-Rcpt-To: <bob@provider.example>\n", b""), "spam_report", "abuse", ["bob@provider.example"]),
    ("opt-out by the provider", ARF.replace(b"Feedback-Type: abuse", b"Feedback-Type: opt-out"), "spam_report", "opt_out", ["bob@provider.example"]),
    ("not spam after all", ARF.replace(b"Feedback-Type: abuse", b"Feedback-Type: not-spam"), "other", "not_spam", []),
    ("authentication failure", ARF.replace(b"Feedback-Type: abuse", b"Feedback-Type: auth-failure"), "other", "authentication", []),
    ("hotmail's own shape", b"""From: <staff@hotmail.com>
To: abuse@mail.shop.example
Subject: complaint about message from 192.0.2.1
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="p2"

--p2
Content-Type: message/rfc822

X-HmXmrOriginalRecipient: bob@hotmail.example
""" + ORIGINAL.format(to="x").encode() + b"\n--p2--\n", "spam_report", "abuse", ["bob@hotmail.example"]),
    ("read receipt", b"""From: Bob <bob@people.example>
To: hello@shop.example
Subject: Read: We miss you
MIME-Version: 1.0
Content-Type: multipart/report; report-type=disposition-notification; boundary="p3"

--p3
Content-Type: text/plain

Your message was read.
--p3
Content-Type: message/disposition-notification

Final-Recipient: rfc822;bob@people.example
Original-Message-ID: <x@y.example>
Disposition: manual-action/MDN-sent-manually; displayed
--p3--
""", "delivery_notice", "displayed", ["bob@people.example"]),
]  # fmt: skip

AUTOMATIC = [
    ("outlook", mail("I am out of the office until 12 January with limited access to e-mail. For urgent matters contact Tom.", subject="Automatic reply: We miss you", Auto_Submitted="auto-generated", X_Auto_Response_Suppress="All"), "absent"),
    ("outlook in German", mail("Ich bin bis zum 12. Januar im Urlaub. Ihre E-Mail wird nicht weitergeleitet.", subject="Automatische Antwort: Wir vermissen Sie", Auto_Submitted="auto-replied"), "absent"),
    ("by header alone", mail("Back on Monday.", subject="Re: We miss you", Auto_Submitted="auto-replied (vacation)"), "absent"),
    ("vacation header", mail("Gone fishing.", X_Autoreply="yes"), "absent"),
    ("precedence", mail("Gone fishing.", Precedence="auto_reply"), "absent"),
    ("by subject alone", mail("Gone fishing.", subject="Abwesenheitsnotiz"), "absent"),
    ("by its phrases alone", mail("Hello,\n\nI am currently out of the office and will reply upon my return on Monday. In urgent cases please contact my colleague.\n\nTom"), "absent"),
    ("by its phrases in German", mail("Guten Tag, ich bin derzeit nicht im Büro. In dringenden Fällen wenden Sie sich bitte an Frau Kunz. Ab dem 12.1. bin ich wieder erreichbar."), "absent"),
    ("help desk", mail("We have received your message. Your ticket number is 4711. One of our team will be in touch within two business days.", subject="[Ticket #4711] We miss you", Auto_Submitted="auto-generated"), "received"),
    ("help desk in German", mail("Vielen Dank für Ihre Nachricht. Ihre Vorgangsnummer: 4711. Bitte antworten Sie nicht auf diese E-Mail.", subject="Eingangsbestätigung"), "received"),
    ("challenge", mail("To prove you are human and deliver your message, please click the link below to verify yourself.", subject="Please confirm your message"), "challenge"),
]  # fmt: skip

GMAIL_QUOTE = """Yes please, the blue one!

On Mon, 5 Jan 2026 at 09:12, Shop <hello@shop.example> wrote:

> Hello Anna, would you like another bag?
> Reply yes.
"""
OUTLOOK_QUOTE = """Where is my order?

Kind regards
Anna Berg
Head of Everything
Tel. +49 30 1234567

________________________________
From: Shop <hello@shop.example>
Sent: Monday, January 5, 2026 9:12 AM
To: Anna Berg <anna@people.example>
Subject: We miss you

Hello Anna, would you like another bag?
"""
GERMAN_OUTLOOK = """Nein danke.

Mit freundlichen Grüßen

Anna Berg

Von: Shop <hello@shop.example>
Gesendet: Montag, 5. Januar 2026 09:12
An: Anna Berg
Betreff: Wir vermissen Sie

Hallo Anna, noch eine Tüte?
"""
# name, mail, text, intent
REPLIES = [
    ("gmail", mail(GMAIL_QUOTE, In_Reply_To="<d.x@mail.shop.example>"), "Yes please, the blue one!", "yes"),
    ("outlook", mail(OUTLOOK_QUOTE, subject="RE: We miss you"), "Where is my order?", "question"),
    ("outlook in German", mail(GERMAN_OUTLOOK, subject="AW: Wir vermissen Sie"), "Nein danke.", "no"),
    ("apple mail in German", mail("Gilt der Code auch im Laden?\n\nVon meinem iPhone gesendet\n\n> Am 05.01.2026 um 09:12 schrieb Shop <hello@shop.example>:\n> \n> Hallo Anna\n"), "Gilt der Code auch im Laden?", "question"),
    ("thunderbird in German", mail("Am 05.01.26 um 09:12 schrieb Shop:\n> Hallo Anna,\n> noch eine Tüte?\n\nIch bin umgezogen, meine neue Adresse ist Hauptstr. 3.\n\n-- \nAnna Berg\nwww.berg.example\n"), "Ich bin umgezogen, meine neue Adresse ist Hauptstr. 3.", "moved"),
    ("answers between the quotes", mail("On 5 January 2026, Shop wrote:\n> Another bag?\nYes please.\n> Ground or beans?\nBeans.\n"), "Yes please.\nBeans.", "yes"),
    ("wrapped intro", mail("Stop\n\nOn Mon, Jan 5, 2026 at 9:12 AM Shop with a very long name indeed <\nhello@shop.example> wrote:\n\n> Hello\n"), "Stop", "opt_out"),
    ("unquoted original below an intro", mail("Not now, maybe next month\n\nAm Mo., 5. Jan. 2026 um 09:12 Uhr schrieb Shop <hello@shop.example>:\n\nHallo Anna\nnoch eine Tüte?\n"), "Not now, maybe next month", "later"),
    ("html only", mail("", html="<html><body><div>Haha, made me laugh!</div><div class='gmail_quote'>On Monday Shop wrote:<blockquote>Do you want to complain?</blockquote></div></body></html>"), "Haha, made me laugh!", "joke"),
    ("outlook html", mail("", html="<html><body><p>Der Kaffee ist großartig, weiter so!</p><div id='Signature'>Anna Berg, Berlin</div><div id='appendonsend'></div><hr><div id='divRplyFwdMsg'>Von: Shop</div><div>Altes</div></body></html>"), "Der Kaffee ist großartig, weiter so!", "praise"),
    ("an emphatic complaint", mail("My order arrived broken and nobody answers. I want my money back! When will you act?"), "My order arrived broken and nobody answers. I want my money back! When will you act?", "complaint"),
    ("complaint in German", mail("Das Paket kam beschädigt an, ich bin sehr enttäuscht.\n\nLG Anna"), "Das Paket kam beschädigt an, ich bin sehr enttäuscht.", "complaint"),
    ("opt out in German", mail("Bitte nehmen Sie mich aus dem Verteiler. Keine Werbung mehr!"), "Bitte nehmen Sie mich aus dem Verteiler. Keine Werbung mehr!", "opt_out"),
    ("thanks", mail("Danke!\n\nGesendet mit der GMX Mail App\n"), "Danke!", "thanks"),
    ("someone else", mail("I think you have the wrong person.\n\nSent from my iPhone\n"), "I think you have the wrong person.", "wrong_person"),
    ("a holiday mentioned by a person", mail("We are on holiday until Friday, ask me again next week please."), "We are on holiday until Friday, ask me again next week please.", "later"),
    ("nothing known", mail("The blue bicycle stands in the garden."), "The blue bicycle stands in the garden.", "other"),
    ("empty but for the subject", mail("", subject="Re: unsubscribe"), "", "opt_out"),
    ("latin-1 under a false charset", b"From: anna@people.example\nTo: hello@shop.example\nSubject: Re: =?iso-8859-1?Q?Gr=FC=DFe?=\nContent-Type: text/plain; charset=us-ascii\n\nGef\xe4llt mir, sehr lecker!\n", "Gefällt mir, sehr lecker!", "praise"),
    ("a quoted bounce does not make one", mail("Did you mean this?\n\nOn Monday, Bob wrote:\n> Undelivered Mail Returned to Sender\n> 550 5.1.1 user unknown\n"), "Did you mean this?", "question"),
]  # fmt: skip

OTHERS = [
    ("newsletter", mail("Big sale!", subject="Big sale", sender="news@else.example", List_Unsubscribe="<https://else.example/u>"), "bulk"),
    ("machine", mail("Your backup finished.", subject="Backup", sender="no-reply@else.example", Auto_Submitted="auto-generated"), "bulk"),
    ("a mail of its own", mail("Do you ship to Malta?", subject="Shipping"), ""),
]
