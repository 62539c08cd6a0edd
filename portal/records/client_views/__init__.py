"""The client's pages of the journal: the list, a record, and what the client says of it."""

from portal.core.actor import Side
from portal.core.i18n import lazy
from portal.records import queries
from portal.records.client_views import listing, record
from portal.web.routes import Feature, NavItem

feature = Feature(
    "records",
    nav=(NavItem("records.journal", lazy("Journal"), "journal", Side.CLIENT, 30, new=queries.unread_count),),
    routes=listing.feature.routes + record.feature.routes,
)
