from __future__ import annotations

import smtplib
import socket
from email.message import EmailMessage

import pytest

from duologue.engage.channels.email.addresses import mail_token, reply_address
from duologue.engage.conversations.listener import listening
from duologue.engage.conversations.models import Conversation


@pytest.fixture
def server(transactional_db):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    listener = listening("127.0.0.1", port)
    listener.start()
    with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
        yield client
    listener.stop()


@pytest.mark.django_db(transaction=True)
def test_mail_is_answered_once_it_is_written_down(workspace, server, anna, delivery):
    message = EmailMessage()
    message["From"], message["Subject"], message["Message-ID"] = "anna@people.example", "Hello", "<9@people.example>"
    message.set_content("Do you ship to Malta?")
    to = reply_address(mail_token(workspace.pk, delivery.pk), "mail.shop.example")
    server.send_message(message, to_addrs=[to.upper()])
    one = Conversation.within(workspace).get()
    assert (one.person, one.intent) == (anna, "question")


@pytest.mark.django_db(transaction=True)
def test_an_address_that_we_never_gave_out_is_refused(workspace, server):
    server.ehlo()
    server.mail("x@y.example")
    assert server.rcpt("r+aaaaaaaaaaaaaaaaaaaaaaaaaaaa@mail.shop.example")[0] == 550
