"""Text messages through an HTTP gateway: an address and a body of JSON from the settings, since each has its own."""

import json
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

from portal.notices.channels.base import Parcel, Refused, Uncertain, Unreachable
from portal.settings import Settings

# Our key, our address, or too much at once: none of them is the recipient's fault.
_OURS = frozenset({401, 403, 404, 405, 408, 425, 429})


class SmsSender:
    """Sends through one gateway."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        # No redirects: they could lead an address and a key elsewhere. No proxy-less file: or ftp: either.
        self._opener = OpenerDirector()
        for handler in (ProxyHandler(), HTTPHandler(), HTTPSHandler(), HTTPDefaultErrorHandler(), HTTPErrorProcessor()):
            self._opener.add_handler(handler)

    def send(self, parcel: Parcel) -> None:
        """Send a text message.

        :raises Refused: 4xx on what was asked. :raises Unreachable: no connection, 5xx, a redirect, our own key.
        :raises Uncertain: no answer after the request was sent.
        """
        conf = self._settings
        body = filled(json.loads(conf.sms_body), {"to": parcel.address, "text": parcel.text, "id": parcel.id})
        headers = {"Content-Type": "application/json", "Idempotency-Key": parcel.id}
        if key := conf.sms_authorization.get_secret_value():
            headers["Authorization"] = key
        wanted = Request(conf.sms_url, json.dumps(body).encode(), headers, method="POST")  # noqa: S310 - https by the settings
        try:
            with self._opener.open(wanted, timeout=conf.notice_timeout_seconds) as answer:
                answer.read(1)
        except HTTPError as error:
            with error:
                raise _judged(error.code) from None
        except URLError as error:
            # urllib wraps what fails before there is an answer: a refused connection, a name, TLS; or a time-out.
            if isinstance(error.reason, TimeoutError):
                raise Uncertain("sms_timeout") from None
            raise _unanswered(error.reason) from None
        except (OSError, HTTPException) as error:
            raise Uncertain(f"sms_{type(error).__name__}") from None


def _judged(status: int) -> Refused | Unreachable:
    if 400 <= status < 500 and status not in _OURS:
        return Refused(f"refused_sms_{status}")
    return Unreachable(f"sms_{status}")


def _unanswered(reason: Any) -> Unreachable | Uncertain:
    # A line that is cut while we wait comes wrapped as well, where it may have been read already.
    if isinstance(reason, ConnectionResetError | BrokenPipeError | HTTPException):
        return Uncertain(f"sms_{type(reason).__name__}")
    return Unreachable(f"sms_{type(reason).__name__}")


def filled(template: Any, values: dict[str, str]) -> Any:
    """Return a JSON value with ``{to}``, ``{text}`` and ``{id}`` filled in, in whole strings or inside them."""
    match template:
        case str():
            for name, value in values.items():
                template = template.replace("{" + name + "}", value)
            return template
        case list():
            return [filled(item, values) for item in template]
        case dict():
            return {key: filled(item, values) for key, item in template.items()}
        case _:
            return template
