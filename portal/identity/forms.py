"""Forms of sign-in and sessions: buttons with hidden values."""

from wtforms import HiddenField

from portal.web.forms import Form


class StartForm(Form):
    """Where to go after the sign-in."""

    next = HiddenField()


class EndForm(Form):
    """Which session to end; empty means all others."""

    session_id = HiddenField()
