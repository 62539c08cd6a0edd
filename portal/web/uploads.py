"""Large bodies, on the few routes that declare them: who asks is checked first, and nothing lies readable on disk."""

import io
import secrets
import tempfile
from typing import IO, Any

from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, algorithms, modes
from flask import Request, request

from portal.web.db import close_db
from portal.web.page import settings
from portal.web.routes import check_access, web_kit

_IN_MEMORY = 256 * 1024
_BLOCK = 16


class SealedSpool(io.RawIOBase):
    """A temporary file whose content is encrypted under a key that lives in this object alone (AES-256-CTR).

    Written from its beginning to its end, then read; each byte of the key stream is used once.
    """

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed with this
        self._key, self._nonce = secrets.token_bytes(32), secrets.randbits(96) << 32
        self._position = 0
        self._cipher = self._stream(0)

    def _stream(self, position: int) -> CipherContext:
        counter = (self._nonce + position // _BLOCK).to_bytes(_BLOCK, "big")
        stream = Cipher(algorithms.AES(self._key), modes.CTR(counter)).encryptor()
        stream.update(bytes(position % _BLOCK))
        return stream

    def readable(self) -> bool:
        """It can be read."""
        return True

    def writable(self) -> bool:
        """It can be written."""
        return True

    def seekable(self) -> bool:
        """It can be read from anywhere."""
        return True

    def write(self, data: Any) -> int:
        """Write at the end.

        :raises io.UnsupportedOperation: anywhere else: two texts under one key stream would tell each other.
        """
        if self._position != self._file.seek(0, io.SEEK_END):
            raise io.UnsupportedOperation("only at the end")
        self._file.write(self._cipher.update(bytes(data)))
        self._position += len(data)
        return len(data)

    def readinto(self, buffer: Any) -> int:
        """Read on from where it stands."""
        stored = self._file.read(len(buffer))
        buffer[: len(stored)] = self._cipher.update(stored)
        self._position += len(stored)
        return len(stored)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place."""
        self._position = self._file.seek(offset, whence)
        self._cipher = self._stream(self._position)
        return self._position

    def tell(self) -> int:
        """Return the place."""
        return self._position

    def close(self) -> None:
        """Let the file go."""
        self._file.close()
        super().close()


class PortalRequest(Request):
    """Flask's request, whose uploaded files are never readable on the disk."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._spools: list[SealedSpool] = []

    def _get_file_stream(self, *_args: Any, **_kwargs: Any) -> IO[bytes]:
        self._spools.append(SealedSpool())
        return self._spools[-1]  # type: ignore[return-value]  # a raw stream is all that is asked of it

    def close(self) -> None:
        """Let go of every file, also of a body that was refused halfway."""
        super().close()
        for spool in self._spools:
            spool.close()


def prepare() -> None:
    """Raise the limit of the body where the route declares it, once it is known that the actor may use the route.

    The view of the database ends here: the body may take minutes on a slow line.

    :raises SignInNeeded: and the other refusals of the route's access, before any of the body is read.
    """
    limit = web_kit().bodies.get(request.endpoint or "")
    if limit is None:
        return
    check_access()
    close_db(None)
    request.max_content_length = limit(settings())
