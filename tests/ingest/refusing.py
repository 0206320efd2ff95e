"""An SMTP server that answers RCPT, or the end of DATA, with the bytes that a test wants."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from socketserver import StreamRequestHandler, ThreadingTCPServer

#: The reply, without its last line break, to the address of RCPT as it stood in its angle brackets.
Answer = Callable[[bytes], bytes]
ACCEPTED = b"250 2.1.5 fine"


class _Server(ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, to_rcpt: Answer, to_data: Answer) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.to_rcpt = to_rcpt
        self.to_data = to_data


class _Session(StreamRequestHandler):
    def handle(self) -> None:
        server = self.server
        assert isinstance(server, _Server)
        last = b""
        self._say(b"220 ready")
        for line in self.rfile:
            verb = line[:4].upper()
            if verb == b"RCPT":
                last = line.partition(b"<")[2].rpartition(b">")[0]
                self._say(server.to_rcpt(last))
            elif verb == b"DATA":
                self._say(b"354 go on")
                while self.rfile.readline().rstrip(b"\r\n") != b".":
                    pass
                self._say(server.to_data(last))
            elif verb == b"QUIT":
                self._say(b"221 bye")
                return
            else:
                self._say(b"250 ok")

    def _say(self, reply: bytes) -> None:
        self.wfile.write(reply + b"\r\n")


@contextmanager
def refusing(to_rcpt: Answer, to_data: Answer = lambda _: ACCEPTED) -> Iterator[int]:
    """Its port."""
    with _Server(to_rcpt, to_data) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()
