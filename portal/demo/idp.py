"""The development identity provider: signs in invented people on this machine, as two providers in one.

Never part of production: loopback only, its own assurance levels, test numbers only, a banner on every page
(SAML.md section 4). It keeps no state: the signed request is carried along in the address and verified again.
"""

import secrets
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    g,
    redirect,
    render_template,
    request,
)
from werkzeug.wrappers import Response as BaseResponse

from portal.core.clock import now
from portal.demo.idp_config import LEVELS, DemoPerson, IdpConfig, IdpSide, RelyingParty, relying_party
from portal.demo.idp_files import KeyPair, generate_key_pair, idp_metadata, write_metadata
from portal.demo.idp_messages import (
    SignInRequest,
    answer_logout,
    issue_error,
    issue_response,
    read_posted_request,
    read_request,
    start_logout,
)
from portal.demo.locks import is_loopback
from portal.identity.saml import names
from portal.identity.saml.errors import SamlRefused

__all__ = [
    "DemoPerson",
    "IdpConfig",
    "IdpSide",
    "KeyPair",
    "RelyingParty",
    "create_idp",
    "generate_key_pair",
    "relying_party",
    "write_metadata",
]
_ERRORS: Final = {
    "cancel": names.SWEDISH_STATUS + "cancel",
    "fraud": names.SWEDISH_STATUS + "fraud",
    "possible-fraud": names.SWEDISH_STATUS + "possibleFraud",
}
_LEVEL_WORDS: Final = {2: "låg", 3: "väsentlig", 4: "hög"}
idp = Blueprint("demo_idp", __name__)


def create_idp(config: IdpConfig) -> Flask:
    """The WSGI application; listen with it on loopback only (`locks.refuse_public_bind`)."""
    app = Flask(__name__, template_folder="idp_templates", static_folder=None)
    app.config["IDP"] = config
    app.config["MAX_CONTENT_LENGTH"] = 64 * 1024
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.register_blueprint(idp)
    return app


@idp.before_request
def refuse_strangers() -> None:
    """Only this machine, and only by the right name: no rebinding of names, no neighbour on the network."""
    if not is_loopback(request.remote_addr or "") or request.host != urlsplit(_config().base_url).netloc:
        abort(403)
    g.nonce = secrets.token_urlsafe(16)


@idp.after_request
def harden(response: Response) -> Response:
    """Headers as strict as the portal's own."""
    targets = " ".join(sorted({_origin(side.relying_party.acs_url) for side in _config().sides}))
    nonce = g.get("nonce", "")
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        f"script-src 'nonce-{nonce}'; form-action 'self' {targets}"
    )
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@idp.errorhandler(SamlRefused)
def refuse(_error: SamlRefused) -> tuple[str, int]:
    """A request that is not a genuine one of the portal."""
    return render_template("message.html", title="Det gick inte att läsa förfrågan", kind="refused"), 400


@idp.get("/idp.css")
def style() -> Response:
    """The style sheet of these pages."""
    return Response((Path(__file__).parent / "idp_templates" / "idp.css").read_text("utf-8"), mimetype="text/css")


@idp.get("/favicon.ico")
def icon() -> tuple[str, int]:
    """No icon: browsers ask by themselves and would report an error."""
    return "", 204


@idp.get("/<name>/sso")
def choose(name: str) -> str:
    """Let a person be chosen for a verified request."""
    side = _side(name)
    return _chooser(side, _read(side))


def _chooser(side: IdpSide, wanted: SignInRequest) -> str:
    levels = [
        {"uri": uri, "level": level, "word": _LEVEL_WORDS[level], "requested": uri in wanted.levels}
        for uri, level in LEVELS.items()
    ]
    chosen = max((level for uri, level in LEVELS.items() if uri in wanted.levels), default=3)
    return render_template(
        "choose.html",
        side=side,
        levels=levels,
        chosen=chosen,
        query=request.query_string.decode(),
        wanted=wanted,
        carried=request.form.get("SAMLRequest"),
    )


@idp.post("/<name>/sso")
def answer(name: str) -> str | tuple[str, int]:
    """Answer the request that the address or the form still carries, with a person or an error.

    A request that has just come by form has no choice in it yet: the choice is offered.
    """
    side = _side(name)
    wanted = _read(side)
    if "SAMLRequest" in request.form and not {"person", "answer"} & request.form.keys():
        return _chooser(side, wanted)
    error = _ERRORS.get(request.form.get("answer", ""))
    if error is not None:
        encoded = issue_error(_config(), side, wanted.request_id, error, now())
    else:
        index, level = request.form.get("person", type=int), request.form.get("level", "")
        if index is None or not 0 <= index < len(side.persons) or level not in LEVELS:
            return render_template("message.html", title="Välj en person först", kind="choose"), 422
        encoded = issue_response(_config(), side, wanted.request_id, side.persons[index], level, now())
    return render_template("post.html", side=side, encoded=encoded, relay_state=wanted.relay_state)


@idp.get("/<name>/slo")
def log_out(name: str) -> str | BaseResponse:
    """Answer a log-out of the portal; the answer to one of ours just ends here."""
    side = _side(name)
    if "SAMLRequest" not in request.args:
        return render_template("message.html", title="Du är utloggad", kind="logged_out")
    return redirect(answer_logout(_config(), side, request.query_string.decode("ascii", "replace"), now()))


@idp.get("/<name>/sessions")
def sessions(name: str) -> str:
    """Let a log-out be started here, as an organisation's own provider does."""
    return render_template("sessions.html", side=_side(name))


@idp.post("/<name>/sessions")
def end_sessions(name: str) -> str | tuple[str, int] | BaseResponse:
    """Send the browser to the portal with a wish that every session of the person ends."""
    side = _side(name)
    index = request.form.get("person", type=int)
    if index is None or not 0 <= index < len(side.persons):
        return render_template("message.html", title="Välj en person först", kind="choose"), 422
    return redirect(start_logout(_config(), side, side.persons[index], now()))


@idp.get("/<name>/metadata")
def metadata(name: str) -> Response:
    """The metadata of one side, as the file that the portal reads."""
    return Response(idp_metadata(_config(), _side(name)), mimetype="application/samlmetadata+xml")


def _config() -> IdpConfig:
    config: IdpConfig = current_app.config["IDP"]
    return config


def _side(name: str) -> IdpSide:
    side = _config().side(name)
    if side is None:
        abort(404)
    return side


def _read(side: IdpSide) -> SignInRequest:
    if "SAMLRequest" in request.form:
        fields = request.form
        return read_posted_request(_config(), side, fields["SAMLRequest"], fields.get("RelayState"))
    return read_request(_config(), side, request.query_string.decode("ascii", "replace"))


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
