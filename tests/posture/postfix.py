"""Debian's Postfix with a configuration folder of its own, and its smtp-sink: the far ends of these tests."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

WHERE = "/usr/sbin:/usr/bin:/sbin:/bin"
IS_HERE = shutil.which("postfix", path=WHERE) is not None and os.geteuid() == 0
needed = [pytest.mark.posture, pytest.mark.skipif(not IS_HERE, reason="Postfix is not installed, or this is not root")]

SERVICES = """
127.0.0.1:{port} inet n - n - - smtpd
127.0.0.1:{tls_port} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
pickup unix n - n 1 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""
SETTINGS = """
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
myhostname = relay.example
mydestination =
local_recipient_maps =
alias_maps =
mynetworks =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtp_dns_support_level = disabled
smtp_host_lookup = native
smtp_tls_security_level = none
smtpd_peername_lookup = no
smtpd_tls_security_level = encrypt
smtpd_tls_auth_only = yes
smtpd_tls_cert_file = {certificate}
smtpd_tls_key_file = {key}
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{logins}
smtpd_sasl_mechanism_filter = {mechanisms}
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_client_connection_count_limit = 0
smtpd_client_restrictions =
smtpd_recipient_restrictions =
transport_maps = texthash:{folder}/transport
default_transport = smtp:[127.0.0.1]:{sink}
notify_classes =
in_flow_delay = 0
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(holds, what, patience=60.0):
    until = time.monotonic() + patience
    while not (found := holds()):
        assert time.monotonic() < until, f"{what} did not happen"
        time.sleep(0.05)
    return found


def answers(port):
    with socket.socket() as probe:
        probe.settimeout(2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Sink:
    """smtp-sink: takes or refuses everything; what it takes lies in files, one for each message."""

    def __init__(self, *options):
        self.folder = Path(tempfile.mkdtemp(prefix="duologue-sink-"))
        self.folder.chmod(0o777)
        self.port = free_port()
        command = ["/usr/sbin/smtp-sink", "-u", "nobody", "-R", str(self.folder), *options, "-d", "m.", f"127.0.0.1:{self.port}", "200"]
        self._process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        wait_for(lambda: answers(self.port), "smtp-sink's start")

    def messages(self):
        """Return [(envelope sender, recipient, message with CRLF line ends)]; those half written are left out."""
        return [taken for path in sorted(self.folder.glob("m.*")) if (taken := _taken(path.read_bytes())) is not None]

    def close(self):
        self._process.terminate()
        self._process.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)


def _taken(raw):
    """smtp-sink writes what it was told as X- headers, then a Received header, then the message."""
    if not raw.endswith(b"\n\n"):
        return None
    lines = raw.removesuffix(b"\n").split(b"\n")
    told, at = {}, 0
    while lines[at].startswith(b"X-"):
        name, _, value = lines[at].partition(b": ")
        told[name] = value.decode()
        at += 1
    while not lines[at].startswith(b"Received:"):
        at += 1
    at += 1
    while lines[at][:1] in {b" ", b"\t"}:
        at += 1
    return _address(told[b"X-Mail-Args"]), _address(told[b"X-Rcpt-Args"]), b"\r\n".join(lines[at:])


def _address(argument):
    return argument[argument.index("<") + 1 : argument.index(">")]


class Postfix:
    """A relay with STARTTLS, TLS and AUTH in front of a sink. `routes` sends domains elsewhere: {domain: port}."""

    def __init__(self, *, certificate, logins, sink, routes=None, more="", mechanisms="static:all"):
        self.folder = Path(tempfile.mkdtemp(prefix="duologue-postfix-"))
        self.folder.chmod(0o755)
        self.port, self.tls_port = free_port(), free_port()
        for name in ("spool", "data"):
            (self.folder / name).mkdir(mode=0o755)
        shutil.chown(self.folder / "data", "postfix")
        pem, key = certificate
        settings = SETTINGS.format(folder=self.folder, certificate=pem, key=key, logins=logins, sink=sink, mechanisms=mechanisms)
        (self.folder / "main.cf").write_text(settings + more)
        (self.folder / "master.cf").write_text(SERVICES.format(port=self.port, tls_port=self.tls_port))
        self.route(routes or {})
        command = ["/usr/sbin/postfix", "-c", str(self.folder), "start-fg"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        wait_for(lambda: answers(self.port) and answers(self.tls_port), f"Postfix's start ({self.log()})")

    def route(self, routes):
        lines = "".join(f"{domain} smtp:[127.0.0.1]:{port}\n" for domain, port in routes.items())
        (self.folder / "transport").write_text(lines)

    def log(self):
        path = self.folder / "log"
        return path.read_text() if path.exists() else ""

    def close(self):
        if self._process.poll() is None:
            subprocess.run(["/usr/sbin/postfix", "-c", str(self.folder), "stop"], capture_output=True, check=False, timeout=30)
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
