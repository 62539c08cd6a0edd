"""The staff's work queue and client pages."""

from portal.casework import staff_views
from portal.web.routes import Feature

feature = Feature(
    "casework",
    nav=staff_views.queue.nav + staff_views.clients.nav,
    routes=staff_views.queue.routes + staff_views.clients.routes,
)
