"""The pages of documentation, of both sides."""

from portal.records import client_views
from portal.web.routes import Feature

feature = Feature("records", nav=client_views.feature.nav, routes=client_views.feature.routes)
