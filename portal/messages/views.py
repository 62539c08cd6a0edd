"""The pages of messages, of both sides."""

from portal.messages import client_views, staff_views
from portal.web.routes import Feature

feature = Feature(
    "messages",
    nav=client_views.feature.nav + staff_views.feature.nav,
    routes=client_views.feature.routes + staff_views.feature.routes,
)
