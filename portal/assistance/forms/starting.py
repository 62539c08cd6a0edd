"""The form that begins an application: what was offered, as its button says it."""

from wtforms import HiddenField

from portal.assistance.rules.kinds import Kind, Period
from portal.core.errors import InvalidInput
from portal.web.forms import Form


class StartForm(Form):
    """What is applied for, and whether the household is another than before."""

    kind = HiddenField()
    period = HiddenField()
    changed = HiddenField()

    def wanted(self) -> tuple[Kind, Period]:
        """Return what is applied for.

        :raises InvalidInput: no offer says that.
        """
        try:
            return Kind(self.kind.data or ""), Period.parse(self.period.data or "")
        except ValueError:
            raise InvalidInput(reason="offer") from None
