"""The process of the development identity provider: ``python -m portal.demo.idp_server DIRECTORY CLIENT STAFF IDP``.

The last three are addresses. It listens on loopback alone and logs nothing of what is sent to it.
"""

import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import WSGIRequestHandler, make_server

from portal.demo.environment import LOOPBACK, Layout
from portal.demo.idp import create_idp
from portal.demo.locks import refuse_public_bind
from portal.demo.providers import OTHER_PATH, identity_providers


class SilentHandler(WSGIRequestHandler):
    """A handler without an access log: addresses carry whole SAML messages."""

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - werkzeug's name
        """Keep still."""


def serve(directory: Path, client_url: str, staff_url: str, idp_url: str) -> None:
    """Serve until the process is stopped."""
    refuse_public_bind(LOOPBACK)
    configs = identity_providers(Layout(directory), client_url=client_url, staff_url=staff_url, idp_url=idp_url)
    own, other = (create_idp(config) for config in configs)
    application = DispatcherMiddleware(own, {OTHER_PATH: other})
    port = urlsplit(idp_url).port or 80
    make_server(LOOPBACK, port, application, threaded=True, request_handler=SilentHandler).serve_forever()


if __name__ == "__main__":
    serve(Path(sys.argv[1]), *sys.argv[2:5])
