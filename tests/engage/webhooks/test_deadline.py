"""However an answer comes in, it is waited for until the deadline and no longer."""

import socket
import threading

import pytest

from duologue.platform.outbound.calling import post

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n"


class Slow:
    """A program that says something at once, and the rest letter by letter."""

    def __init__(self, at_once: bytes, slowly: bytes, every: float):
        self.at_once, self.slowly, self.every = at_once, slowly, every
        self.hung_up = threading.Event()
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listening.getsockname()[1]}/"
        self.thread = threading.Thread(target=self.answer, daemon=True)
        self.thread.start()

    def answer(self):
        caller, _ = self.listening.accept()
        with caller:
            asked = caller.recv(65536)
            while asked.startswith(b"POST") and not asked.endswith(b"{}"):
                asked += caller.recv(65536)
            try:
                caller.sendall(self.at_once)
                for letter in self.slowly:
                    if self.hung_up.wait(self.every):
                        return
                    caller.sendall(bytes([letter]))
            except OSError:
                return

    def close(self):
        self.hung_up.set()
        self.thread.join()
        self.listening.close()


@pytest.fixture
def slow():
    made = []

    def start(*said):
        made.append(Slow(*said))
        return made[-1].url

    yield start
    for one in made:
        one.close()


@pytest.mark.parametrize(
    ("at_once", "slowly"),
    [(HEAD, b"hello, hello"), (b"", HEAD), (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"c\r\nhello, hello\r\n0\r\n\r\n")],
)
def test_one_who_answers_letter_by_letter_is_not_waited_for(slow, at_once, slowly):
    with pytest.raises(TimeoutError):
        post(slow(at_once, slowly, 0.2), b"{}", {}, seconds=0.5, private=True)


def test_nor_is_one_who_shakes_hands_letter_by_letter(slow):
    url = slow(b"\x16\x03\x03\x40\x00", bytes(12), 0.2)
    with pytest.raises(TimeoutError):
        post(url.replace("http:", "https:"), b"{}", {}, seconds=0.5, private=True)


@pytest.mark.parametrize("head", [HEAD, b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\nConnection: close\r\n\r\n", b"HTTP/1.0 200 OK\r\n\r\n"])
def test_an_answer_in_pieces_is_read_to_its_end(slow, head):
    assert post(slow(head, b"hello, hello", 0.0), b"{}", {}, seconds=60, private=True) == (200, b"hello, hello")


@pytest.mark.parametrize("said", [HEAD + b"hello", HEAD])
def test_an_answer_cut_short_is_none(slow, said):
    with pytest.raises(OSError, match="cut short"):
        post(slow(said, b"", 0.0), b"{}", {}, seconds=60, private=True)
