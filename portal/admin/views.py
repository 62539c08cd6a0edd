"""The system manager's pages: health and staff accounts."""

from portal.admin import health_views, staff_views
from portal.web.routes import Feature

feature = Feature(
    "admin",
    nav=health_views.health.nav + staff_views.accounts.nav,
    routes=health_views.health.routes + staff_views.accounts.routes,
)
