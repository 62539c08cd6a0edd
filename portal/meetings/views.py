"""The pages of meetings, both sides."""

from portal.meetings.client_views import feature as client
from portal.meetings.feed_views import feature as calendar
from portal.meetings.staff_views.busy import feature as hours
from portal.meetings.staff_views.calendar import feature as agenda
from portal.meetings.staff_views.kinds import feature as kinds
from portal.meetings.staff_views.proposals import feature as proposals
from portal.meetings.video_views import feature as video

features = (client, agenda, proposals, hours, kinds, video, calendar)
