"""The form of a calendar elsewhere: its address, or a file."""

from flask_wtf.file import FileField
from wtforms import StringField

from portal.core.i18n import lazy
from portal.core.text import clean_text
from portal.web.forms import Form, wording


class BusyForm(Form):
    """One of the two is enough."""

    url = StringField(
        wording(lazy("Kalenderns adress")),
        filters=[clean_text],
        description=wording(lazy("Den hemliga iCal-adressen. Den visas aldrig igen.")),
    )
    file = FileField(lazy("Eller en fil som slutar på .ics"), render_kw={"accept": ".ics,text/calendar"})
