"""The client's pages of meetings: the list, booking step by step, and what can be done with a meeting."""

from portal.core.actor import Side
from portal.core.i18n import lazy
from portal.meetings.client_views import booking, meeting, proposals
from portal.web.routes import Feature, NavItem

feature = Feature(
    "meetings",
    nav=(NavItem("meetings.overview", lazy("Möten"), "calendar", Side.CLIENT, 20),),
    routes=meeting.feature.routes + booking.feature.routes + proposals.feature.routes,
)
