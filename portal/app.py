"""The application factory: the explicit list of features, and all wiring between them."""

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from flask import Flask
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import Engine
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from portal.admin.views import feature as admin
from portal.assistance.views import feature as assistance
from portal.casework.views import feature as casework
from portal.core import i18n
from portal.core.actor import Side
from portal.core.db import make_engine, make_sessionmaker
from portal.core.events import EventBus
from portal.core.resources import resource_dir
from portal.dashboard.client_views import feature as dashboard
from portal.files.views import feature as files
from portal.identity import http as identity_http
from portal.identity import throttle
from portal.identity.keeper import FederationKeeper
from portal.identity.views import features as identity
from portal.meetings.views import features as meetings
from portal.messages.views import feature as messages
from portal.notices.client_views import feature as notices
from portal.records.views import features as records
from portal.settings import Settings
from portal.web import headers, packing, site, uploads
from portal.web.access import Public
from portal.web.assets import Assets
from portal.web.db import PortalFlask, close_db
from portal.web.errors import register_errors
from portal.web.htmx import htmx
from portal.web.locale import bind_locale
from portal.web.routes import WebKit, check_access
from portal.wiring import subscribe

FEATURES = (
    site.feature,
    *identity,
    dashboard,
    casework,
    *meetings,
    messages,
    *records,
    assistance,
    files,
    notices,
    admin,
)

# Room for a far too long message (100,000 characters, up to 12 bytes each when sent): it is answered with its own text
# and a plain word, where a refusal by size would lose it. A signed SAML answer stays under 256 kB.
MAX_BODY_BYTES = 2 * 1024 * 1024


def create_app(settings: Settings, sides: Iterable[Side], engine: Engine | None = None) -> Flask:
    """Make the application of one side (or, in tests, of several).

    :raises FederationError: SAML keys or providers are missing.
    """
    app = PortalFlask("portal", static_folder=None, template_folder=str(resource_dir("templates")))
    app.config.update(
        SECRET_KEY=settings.secret_key.get_secret_value(),
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_BODY_BYTES,
        WTF_CSRF_TIME_LIMIT=None,  # the token lives as long as the session
        WTF_CSRF_SSL_STRICT=False,  # we send no referrer; Sec-Fetch-Site is checked instead
        PERMANENT_SESSION_LIFETIME=timedelta(minutes=settings.session_absolute_minutes),
    )
    app.request_class = uploads.PortalRequest
    bus = EventBus()
    subscribe(bus)
    app.extensions["insyn.settings"] = settings
    app.extensions["insyn.engine"] = engine or make_engine(settings.database_url, settings.key_ring)
    app.extensions["insyn.sessions"] = make_sessionmaker(app.extensions["insyn.engine"], bus)
    keeper = FederationKeeper(settings, app.extensions["insyn.sessions"])
    app.extensions["insyn.federation_keeper"], app.extensions["insyn.federation"] = keeper, keeper.federation
    app.extensions["insyn.web"] = WebKit(frozenset(sides), identity_http.SessionGuard(), identity_http.FormKeeper())
    _set_up_templates(app)
    _set_up_requests(app)
    for feature in FEATURES:
        feature.register(app, frozenset(sides))
    _exempt_from_csrf(app)
    _serve_assets(app, settings)
    return app


def _set_up_templates(app: Flask) -> None:
    environment = app.jinja_env
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # added by the extension
        i18n.gettext, i18n.ngettext, newstyle=True, pgettext=i18n.pgettext
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.globals.update(i18n.JINJA_GLOBALS)
    assets = Assets(resource_dir("static/dist"))
    environment.globals["asset"] = assets.url


def _set_up_requests(app: Flask) -> None:
    app.before_request(bind_locale)
    throttle.init_app(app)
    app.before_request(headers.refuse_foreign_posts)
    app.before_request(uploads.prepare)  # before the form token is looked for, which reads the body
    app.extensions["insyn.csrf"] = CSRFProtect(app)
    app.before_request(check_access)
    app.after_request(packing.pack)  # runs last: the first one to be registered
    app.after_request(headers.set_headers)
    app.teardown_request(close_db)
    identity_http.init_app(app)
    htmx.init_app(app)
    register_errors(app)


def _exempt_from_csrf(app: Flask) -> None:
    kit: WebKit = app.extensions["insyn.web"]
    for endpoint, access in kit.access.items():
        if isinstance(access, Public) and not access.csrf:
            app.extensions["insyn.csrf"].exempt(app.view_functions[endpoint])


def _serve_assets(app: Flask, settings: Settings) -> None:
    directory = resource_dir("static/dist")
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]  # as Flask says to put WSGI middleware
        app.wsgi_app, root=str(directory), prefix="static/", immutable_file_test=_is_hashed, max_age=31_536_000
    )
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=0)  # type: ignore[method-assign]  # as Flask says to put WSGI middleware


def _is_hashed(_path: str, url: str) -> bool:
    return Path(url).name.count(".") >= 2
