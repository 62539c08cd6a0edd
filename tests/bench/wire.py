"""How many bytes a page is over the wire, headers and all, as a browser of today asks for it."""

import gzip
import re
import socket
from urllib.parse import urljoin


def fetch(port: int, path: str, cookie: str = "") -> tuple[int, bytes]:
    """Return the size of an answer over the wire, and its body, unpacked if it came as gzip."""
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept-Encoding: gzip, br\r\nConnection: close\r\n"
    head += "Sec-Fetch-Site: same-origin\r\n"
    if cookie:
        head += f"Cookie: {cookie}\r\n"
    data = b""
    with socket.create_connection(("127.0.0.1", port), 20) as connection:
        connection.sendall(f"{head}\r\n".encode())
        while part := connection.recv(65536):
            data += part
    if not data.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"{path.partition('?')[0]}: {data[:40]!r}")
    answer, _, body = data.partition(b"\r\n\r\n")
    return len(data), gzip.decompress(body) if b"\r\ncontent-encoding: gzip" in answer.lower() else body


def first_visit(port: int, path: str, styles: str) -> int:
    """Return the size of a page with all that it asks for; ``styles`` is the plain style sheet, for its pictures."""
    total, page = fetch(port, path)
    wanted = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page.decode()))
    sheets = [address for address in wanted if address.endswith(".css")]
    for sheet in sheets:
        wanted |= {
            urljoin(sheet, address)
            for address in re.findall(r"url\(['\"]?([^'\")]+)", styles)
            if "data:" not in address
        }
    return total + sum(fetch(port, address)[0] for address in sorted(wanted))
