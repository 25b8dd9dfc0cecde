"""A DNS server on loopback, of which a test says what stands in it."""

from __future__ import annotations

import socketserver
import threading
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rrset


@contextmanager
def serving(zone):
    """Serve {"name TYPE": [texts]} by UDP and yield HOST:PORT. A text "FAILS" makes the name fail, "SILENT" leaves it unanswered."""

    class Answering(socketserver.BaseRequestHandler):
        def handle(self):
            data, sock = self.request
            asked = dns.message.from_wire(data)
            (question,) = asked.question
            name, kind = question.name.to_text(omit_final_dot=True).lower(), question.rdtype.name
            here = zone.get(f"{name} {kind}", [])
            if "SILENT" in here:
                return
            answer = dns.message.make_response(asked)
            answer.flags |= dns.flags.RA
            if "FAILS" in here:
                answer.set_rcode(dns.rcode.SERVFAIL)
            elif here:
                texts = [" ".join(f'"{one[at : at + 200]}"' for at in range(0, len(one), 200)) for one in here] if kind == "TXT" else here
                answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *texts))
            elif not any(known.split()[0].endswith(name) for known in zone):
                answer.set_rcode(dns.rcode.NXDOMAIN)
            sock.sendto(answer.to_wire(), self.client_address)

    with socketserver.ThreadingUDPServer(("127.0.0.1", 0), Answering) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield f"127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
