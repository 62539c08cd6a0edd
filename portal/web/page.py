"""Pages: a template is a page, an htmx fragment is a named block of it; the shell around them is made here."""

from dataclasses import dataclass
from typing import Any, cast

from flask import Response, current_app, g, make_response, redirect, render_template, request, url_for
from markupsafe import Markup

from portal.core.actor import Actor, Side
from portal.core.i18n import LANGUAGES, _, current_locale, direction
from portal.settings import Settings
from portal.web.db import db
from portal.web.routes import Count, actor, actor_or_none, may_open, web_kit


@dataclass(frozen=True)
class ShellItem:
    """A menu entry as the layout shows it."""

    url: str
    label: str
    icon: str
    current: bool
    count: int

    @property
    def has_new(self) -> bool:
        """Tell whether there is something unseen behind the entry."""
        return self.count > 0


@dataclass(frozen=True)
class Shell:
    """What the layouts need around a page."""

    lang: str
    dir: str
    side: str
    nav_items: list[ShellItem]
    menu_items: list[ShellItem]
    municipality: dict[str, str]
    exit_url: str
    home_url: str
    signed_in: bool
    person_name: str
    session_seconds: int
    extend_url: str
    keep_url: str
    sign_in_url: str
    logout_url: str
    banner: str
    footer_links: list[tuple[str, str]]

    @property
    def languages(self) -> list[tuple[str, str, str, bool]]:
        """Return code, own name, address and whether it is this one; made only for the pages that show them."""
        # Never an address that is not ours: it may hold whatever somebody typed.
        here = request.path if request.url_rule else None
        return [
            (x.code, x.own_name, url_for("site.language", code=x.code, next=here), x.code == self.lang)
            for x in LANGUAGES
        ]


def settings() -> Settings:
    """Return the settings of the application."""
    found: Settings = current_app.extensions["insyn.settings"]
    return found


def address(endpoint: str) -> str:
    """Return the address of a page without parameters, built once: the portal stands at the root of its host."""
    known = web_kit().addresses
    if endpoint not in known:
        known[endpoint] = url_for(endpoint)
    return known[endpoint]


def new_count(count: Count) -> int:
    """Return what an entry of the menu counts, asked of the database once a request: the page may say it as well."""
    known: dict[Count, int] = g.setdefault("menu_counts", {})
    if count not in known:
        known[count] = count(db(), actor())
    return known[count]


def _items(who: Actor, here: str, *, menu: bool) -> list[ShellItem]:
    return [
        ShellItem(
            url=address(item.endpoint),
            label=str(item.label),
            icon=item.icon,
            current=item.endpoint.partition(".")[0] == here,
            count=new_count(item.new) if item.new else 0,
        )
        for item in web_kit().nav
        if item.menu is menu and item.side in {None, who.side} and may_open(who, item.endpoint)
    ]


def make_shell(*, safe: bool = False, lost: bool = False) -> Shell:
    """Make the shell of this request; ``safe`` asks no database, ``lost`` says that the page is none of the menu's."""
    conf = settings()
    who = None if safe else actor_or_none()
    here = "" if lost else (request.endpoint or "").partition(".")[0]
    return Shell(
        lang=current_locale(),
        dir=direction(),
        side=next(iter(web_kit().sides)).value if who is None else who.side.value,
        nav_items=_items(who, here, menu=False) if who else [],
        menu_items=_items(who, here, menu=True) if who else [],
        municipality={
            "name": conf.municipality,
            "phone": conf.reception_phone,
            "emergency": conf.emergency_phone,
        },
        exit_url=address("identity.leave"),
        home_url=address("site.home"),
        signed_in=who is not None,
        person_name=who.name if who else "",
        session_seconds=conf.session_idle_minutes * 60 if who else 0,
        extend_url=address("identity.extend"),
        keep_url=address("identity.keep_typed"),
        sign_in_url=address("identity.sign_in"),
        logout_url=address("identity.log_out"),
        banner=_("Endast demonstration. Alla personer är påhittade.") if conf.environment == "demo" else "",
        footer_links=[
            (address("site.accessibility"), _("Tillgänglighetsredogörelse")),
            (address("site.privacy"), _("Så hanterar vi dina uppgifter")),
        ]
        if Side.CLIENT in web_kit().sides
        else [],
    )


def render(template: str, /, status: int = 200, **context: Any) -> Response:
    """Render a page."""
    return make_response(render_template(template, shell=make_shell(), **context), status)


def render_block(template: str, block: str, /, status: int = 200, **context: Any) -> Response:
    """Render one named block of a page, for htmx."""
    found = current_app.jinja_env.get_template(template)
    current_app.update_template_context(context)
    body = "".join(found.blocks[block](found.new_context(context)))
    return make_response(Markup(body), status)  # noqa: S704 - the block was escaped by Jinja


def render_safely(template: str, /, status: int, **context: Any) -> Response:
    """Render a page without touching the database: for errors of our own, and where nobody is signed in."""
    return make_response(render_template(template, shell=make_shell(safe=True), **context), status)


def render_lost(template: str, /, status: int, **context: Any) -> Response:
    """Render a page that tells of a refusal: whoever is signed in keeps the menu, so that there is a way on."""
    return make_response(render_template(template, shell=make_shell(lost=True), **context), status)


def see_other(address: str) -> Response:
    """Send the browser on to another page with GET, whatever it has sent here (303, RFC 9110 15.4.4)."""
    # Flask makes it with its own class of answers, and says so only of werkzeug's.
    return cast("Response", redirect(address, 303))
