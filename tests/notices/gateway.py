"""An SMS gateway of ours on this machine: keeps what it gets, and fails as it is told to."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Gateway:
    """What has come, and what to answer next: a status, ``drop`` (after reading) or ``hang``; else 200."""

    url: str = ""
    texts: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    answers: list[int | str] = field(default_factory=list)
    let_go: threading.Event = field(default_factory=threading.Event)


@contextmanager
def serving() -> Iterator[Gateway]:
    """Serve on a free port of this machine."""
    made = Gateway()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answer = made.answers.pop(0) if made.answers else 200
            if answer in {200, "drop", "hang"}:
                made.texts.append(body)
                made.headers.append(dict(self.headers))
            if answer == "hang":
                made.let_go.wait(30)
            if isinstance(answer, str):
                self.connection.close()
                return
            self.send_response(answer)
            if answer == 302:
                self.send_header("Location", made.url + "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002
            """Say nothing."""

        def finish(self) -> None:
            if not self.wfile.closed:
                super().finish()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made.url = f"http://127.0.0.1:{server.server_port}/send"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield made
    finally:
        made.let_go.set()
        server.shutdown()
        thread.join()
        server.server_close()
