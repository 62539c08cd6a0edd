"""The pages of documentation, of both sides."""

from portal.records.client_views import feature as journal
from portal.records.device_views import feature as device
from portal.records.staff_views.remarks import feature as remarks

features = (journal, device, remarks)
