"""The pages of meetings, both sides."""

from portal.core.actor import Side
from portal.core.i18n import lazy
from portal.meetings.client_views import feature as client
from portal.meetings.feed_views import feature as calendar
from portal.meetings.staff_views import busy, unit_hours
from portal.meetings.staff_views import hours as own_hours
from portal.meetings.staff_views.calendar import feature as agenda
from portal.meetings.staff_views.kinds import feature as kinds
from portal.meetings.staff_views.proposals import feature as proposals
from portal.meetings.video_views import feature as video
from portal.web.routes import Feature, NavItem

hours = Feature(
    "hours",
    nav=(NavItem("hours.own", lazy("Mina tider"), "clock", Side.STAFF, 32),),
    routes=own_hours.feature.routes + unit_hours.feature.routes + busy.feature.routes,
)
features = (client, agenda, proposals, hours, kinds, video, calendar)
