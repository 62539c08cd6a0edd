"""The process that cleans one file: ``python -I -m portal.files.cleaning.child KIND LIMITS``, content in, verdict out.

The answer is a line of JSON and the clean content. A process that ends in any other way has refused the file.
"""

import json
import sys

from portal.core import cage
from portal.files.cleaning import documents, images
from portal.files.cleaning.verdict import Clean, Refused


def main(kind: str, limits: dict[str, int]) -> None:
    """Read, clean and answer."""
    (documents if kind == "pdf" else images).warm()
    cage.lock(limits["memory"], limits["seconds"])
    content = sys.stdin.buffer.read()
    try:
        clean = _clean(kind, content, limits)
        if len(clean.content) > limits["bytes"]:
            raise Refused("too_large")
    except (Refused, MemoryError) as error:
        _answer({"refused": error.reason if isinstance(error, Refused) else "unreadable"})
        return
    _answer({"media_type": clean.media_type, "pages": clean.pages}, clean)


def _clean(kind: str, content: bytes, limits: dict[str, int]) -> Clean:
    if kind == "pdf":
        return documents.clean_pdf(content, limits["pages"])
    return images.clean_image(content, limits["pixels"])


def _answer(head: dict[str, str | int], clean: Clean | None = None) -> None:
    out = sys.stdout.buffer
    out.write(json.dumps(head).encode() + b"\n")
    if clean is not None:
        out.write(clean.content)
    out.flush()


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]))
