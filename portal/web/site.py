"""The pages that belong to no feature: home, language, statements, and the health check of the proxy."""

from flask import Response, make_response, request, url_for

from portal.core.errors import NotFound
from portal.core.i18n import LOCALES, lazy
from portal.web.access import Public
from portal.web.errors import safe_path
from portal.web.page import render, see_other, settings
from portal.web.routes import Feature, NavItem, actor_or_none, may_open, web_kit

feature = Feature(
    "site",
    nav=(NavItem("site.languages", lazy("Språk"), "globe", None, 90, menu=True),),
)

LANGUAGE_COOKIE = "insyn-sprak"
YEAR_SECONDS = 365 * 24 * 3600


@feature.route("/", access=Public())
def home() -> Response:
    """Go to the first page of the menu, or to the sign-in."""
    who = actor_or_none()
    if who is None:
        return see_other(url_for("identity.sign_in"))
    pages = (item.endpoint for item in web_kit().nav if item.side in {None, who.side} and may_open(who, item.endpoint))
    return see_other(url_for(next(pages, "identity.own")))


@feature.route("/sprak", access=Public())
def languages() -> Response:
    """Show the languages, each in its own name."""
    return render("site/languages.html")


@feature.route("/sprak/<code>", access=Public())
def language(code: str) -> Response:
    """Remember the language on this device; a plain link, since it changes nothing but words."""
    if code not in LOCALES:
        raise NotFound
    back = safe_path(request.args.get("next")) or url_for("site.home")
    response = see_other(back)
    response.set_cookie(
        LANGUAGE_COOKIE, code, max_age=YEAR_SECONDS, samesite="Lax", httponly=True, secure=request.is_secure
    )
    return response


@feature.route("/tillganglighet", access=Public())
def accessibility() -> Response:
    """The accessibility statement (tillgänglighetsredogörelse), lag (2018:1937) 13 §."""
    return render("site/accessibility.html", municipality=settings().municipality)


@feature.route("/uppgifter", access=Public())
def privacy() -> Response:
    """How personal data are handled (GDPR articles 13 and 14)."""
    return render("site/privacy.html", municipality=settings().municipality)


@feature.route("/halsa", access=Public())
def health() -> Response:
    """Answer the proxy's health check; tells nothing."""
    return make_response("ok\n", 200, {"Content-Type": "text/plain; charset=utf-8"})
