"""The pages of files, of both sides."""

from portal.files import client_views, staff_views
from portal.web.routes import Feature

feature = Feature("files", routes=client_views.feature.routes + staff_views.feature.routes)
