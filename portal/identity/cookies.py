"""The cookies of a side: session, sign-in under way, a small signed one, and the provider chosen last if wanted."""

from typing import Any, Literal

from flask import Response, request
from itsdangerous import BadSignature, URLSafeSerializer

from portal.core.actor import Side
from portal.identity.rules import SIGN_IN_LIFETIME
from portal.web.page import settings
from portal.web.routes import web_kit

Kind = Literal["session", "login", "small", "choice"]
YEAR_SECONDS = 365 * 24 * 3600


def side() -> Side:
    """Return the side of this request: what its route was declared for, else the application's only side."""
    sides = web_kit().sides
    return Side.CLIENT if Side.CLIENT in sides else Side.STAFF


def _is_https() -> bool:
    conf = settings()
    return (conf.client_url if side() is Side.CLIENT else conf.staff_url).startswith("https://")


def name(kind: Kind) -> str:
    """Return a cookie's name; ``__Host-`` binds it to this host and https, where there is https."""
    return f"{'__Host-' if _is_https() else ''}insyn-{side()}-{kind}"


def read(kind: Kind) -> str | None:
    """Return the value the browser sent."""
    return request.cookies.get(name(kind))


def set_session(response: Response, token: str) -> None:
    """Give the browser its session token; it lives as long as the browser window."""
    response.set_cookie(name("session"), token, httponly=True, samesite="Lax", secure=_is_https(), path="/")


def set_login(response: Response, secret: str) -> None:
    """Give the browser the secret of a sign-in under way.

    The provider answers with a cross-site POST, which carries only ``SameSite=None; Secure`` cookies (SAML.md).
    """
    response.set_cookie(
        name("login"),
        secret,
        max_age=int(SIGN_IN_LIFETIME.total_seconds()),
        httponly=True,
        samesite="None",
        secure=True,
        path="/",
    )


def set_choice(response: Response, handle: str) -> None:
    """Keep the short name of the provider that the person wants to see first on this device."""
    response.set_cookie(
        name("choice"),
        handle,
        max_age=YEAR_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=_is_https(),
        path="/",
    )


def clear(response: Response, *kinds: Kind) -> None:
    """Remove cookies from the browser."""
    for kind in kinds:
        response.delete_cookie(
            name(kind),
            path="/",
            httponly=True,
            secure=kind == "login" or _is_https(),
            samesite="None" if kind == "login" else "Lax",
        )


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(settings().secret_key.get_secret_value(), salt=f"small-{side()}")


def read_small() -> dict[str, Any]:
    """Return the small signed values (form token of a visitor, a confirmation); a forged cookie counts as none."""
    raw = read("small")
    if raw is None:
        return {}
    try:
        values = _signer().loads(raw)
    except BadSignature:
        return {}
    return values if isinstance(values, dict) else {}


def set_small(response: Response, values: dict[str, Any]) -> None:
    """Store the small signed values."""
    response.set_cookie(
        name("small"), _signer().dumps(values), httponly=True, samesite="Lax", secure=_is_https(), path="/"
    )
