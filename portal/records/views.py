"""The pages of documentation, of both sides."""

from portal.records.attaching_views import feature as attaching
from portal.records.client_views import feature as journal
from portal.records.device_views import feature as device
from portal.records.rest_views import feature as rest
from portal.records.saving_views import feature as saving
from portal.records.staff_views import editing, releasing
from portal.records.staff_views.documents import feature as documents
from portal.records.staff_views.remarks import feature as remarks
from portal.records.staff_views.writing import feature as writing
from portal.web.routes import Feature

documentation = Feature(writing.name, routes=[*writing.routes, *editing.feature.routes, *releasing.feature.routes])
features = (journal, rest, device, saving, attaching, remarks, documentation, documents)
