"""Security headers on every answer: nothing is cached, framed, sniffed, referred or fetched from elsewhere."""

from functools import lru_cache

from flask import Response, g, request

from portal.core.errors import Forbidden
from portal.web.access import Public
from portal.web.routes import SAFE_METHODS, web_kit

_BASE = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",
    "font-src": "'none'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "form-action": "'self'",
    "manifest-src": "'self'",
}


def allow_form_target(origin: str) -> None:
    """Let this one answer's forms lead to another origin (an identity provider)."""
    g.setdefault("form_targets", set()).add(origin)


# What was uploaded is never part of a page of ours, whatever it turns out to be.
_SANDBOX = "default-src 'none'; frame-ancestors 'none'; sandbox"


def sandbox() -> None:
    """Let this answer, an uploaded file, run nothing and belong to nothing."""
    g.sandboxed = True


@lru_cache(maxsize=64)
def _policy(form_targets: frozenset[str]) -> str:
    policy = {**_BASE, "form-action": " ".join(["'self'", *sorted(form_targets)])}
    return "; ".join(f"{name} {value}" for name, value in policy.items())


def set_headers(response: Response) -> Response:
    """Set the headers that every page has; static files have their own."""
    headers = response.headers
    targets = frozenset(g.get("form_targets", ()))
    headers["Content-Security-Policy"] = _SANDBOX if g.get("sandboxed") else _policy(targets)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers["Referrer-Policy"] = "no-referrer"
    headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=(), usb=()"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers.setdefault("Cache-Control", "no-store")
    headers["Vary"] = "Cookie, HX-Request, Accept-Language"
    if request.is_secure:
        headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
    return response


def refuse_foreign_posts() -> None:
    """Refuse what another site makes a browser post, except where a route expects it (the SAML answer).

    Source: Fetch Metadata; a browser too old to send it is still held by the form token.

    :raises Forbidden: the request was started by another site.
    """
    if request.method in SAFE_METHODS:
        return
    access = web_kit().access.get(request.endpoint or "")
    if isinstance(access, Public) and not access.csrf:
        return
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise Forbidden(reason="foreign_post")
