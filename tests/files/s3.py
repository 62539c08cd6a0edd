"""A store that speaks enough S3 for the portal, over HTTP on the loopback: objects, uploads in parts, lists.

It holds what it was sent in memory and asks, as every S3 does, for a signed request.
"""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import md5
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape, unescape

_SIGNED = re.compile(r"AWS4-HMAC-SHA256 Credential=the-key/\d{8}/the-region/s3/aws4_request, .*Signature=[0-9a-f]{64}")


@dataclass
class Bucket:
    """What a store holds: objects by their paths, and uploads that have begun, by their ids."""

    objects: dict[str, tuple[bytes, datetime]] = field(default_factory=dict)
    uploads: dict[str, dict[int, bytes]] = field(default_factory=dict)
    down: bool = False


@contextmanager
def running(bucket: Bucket) -> Iterator[str]:
    """Serve a bucket, and return where."""

    class Handler(_Handler):
        held = bucket

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    held: Bucket
    protocol_version = "HTTP/1.1"

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""

    def _path(self) -> tuple[str, dict[str, str]]:
        parts = urlsplit(self.path)
        asked = parse_qs(parts.query, keep_blank_values=True)
        return unquote(parts.path).removeprefix("/"), {key: values[0] for key, values in asked.items()}

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _answer(self, status: int, content: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _is_refused(self) -> bool:
        if not _SIGNED.fullmatch(self.headers.get("Authorization", "")):
            self._body()
            self._answer(403)
        elif self.held.down:
            self._body()
            self._answer(400)
        else:
            return False
        return True

    def do_PUT(self) -> None:
        """Take an object, or a part of one."""
        if self._is_refused():
            return
        path, asked = self._path()
        content = self._body()
        if "uploadId" in asked:
            self.held.uploads[asked["uploadId"]][int(asked["partNumber"])] = content
        else:
            self.held.objects[path] = content, datetime.now(UTC)
        self._answer(200, ETag=f'"{_digest(content)}"')

    def do_POST(self) -> None:
        """Begin an upload in parts, or end one; or take several objects away."""
        if self._is_refused():
            return
        path, asked = self._path()
        body = self._body().decode()
        if "delete" in asked:
            keys = [unescape(key) for key in re.findall("<Key>(.*?)</Key>", body)]
            for key in keys:
                self.held.objects.pop(f"{path.strip('/')}/{key}", None)
            gone = "".join(f"<Deleted><Key>{escape(key)}</Key></Deleted>" for key in keys)
            told = f"<DeleteResult>{gone}</DeleteResult>"
        elif "uploads" in asked:
            name = f"upload-{len(self.held.uploads)}"
            self.held.uploads[name] = {}
            told = f"<InitiateMultipartUploadResult><UploadId>{name}</UploadId></InitiateMultipartUploadResult>"
        else:
            parts = self.held.uploads.pop(asked["uploadId"])
            self.held.objects[path] = b"".join(parts[number] for number in sorted(parts)), datetime.now(UTC)
            told = '<CompleteMultipartUploadResult><ETag>"whole"</ETag></CompleteMultipartUploadResult>'
        self._answer(200, told.encode())

    def do_DELETE(self) -> None:
        """Forget an upload that broke off."""
        if self._is_refused():
            return
        _path, asked = self._path()
        del self.held.uploads[asked["uploadId"]]
        self._answer(204)

    def do_GET(self) -> None:
        """Give an object, or the list of them."""
        if self._is_refused():
            return
        path, asked = self._path()
        if "list-type" in asked:
            self._answer(200, self._list(path.strip("/"), asked.get("prefix", "")).encode())
        elif path in self.held.objects:
            content, changed = self.held.objects[path]
            last = changed.strftime("%a, %d %b %Y %H:%M:%S GMT")
            self._answer(200, content, ETag=f'"{_digest(content)}"', Last_Modified=last)
        else:
            self._answer(404)

    def _list(self, bucket: str, prefix: str) -> str:
        found = ""
        for path, (content, changed) in sorted(self.held.objects.items()):
            key = path.removeprefix(f"{bucket}/")
            if key.startswith(prefix):
                found += (
                    f"<Contents><Key>{escape(key)}</Key><LastModified>{changed:%Y-%m-%dT%H:%M:%S.000Z}</LastModified>"
                    f'<ETag>"{_digest(content)}"</ETag><Size>{len(content)}</Size></Contents>'
                )
        return f"<ListBucketResult><Name>{bucket}</Name><IsTruncated>false</IsTruncated>{found}</ListBucketResult>"


def _digest(content: bytes) -> str:
    return md5(content, usedforsecurity=False).hexdigest()
