"""Forms of sign-in and sessions: buttons with hidden values."""

from wtforms import BooleanField, HiddenField

from portal.web.forms import Form


class StartForm(Form):
    """Where to go after the sign-in."""

    next = HiddenField()
    remember = BooleanField()


class ForgetForm(Form):
    """Where to go back to when the remembered choice is forgotten."""

    next = HiddenField()


class EndForm(Form):
    """Which session to end; empty means all others."""

    session_id = HiddenField()
