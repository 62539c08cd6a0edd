"""The client's pages of applications: what is applied for, the draft part by part, two who apply, signing, after it."""

from portal.assistance.client_views import (
    adding,
    calculation,
    draft,
    overview,
    papers,
    sections,
    signing,
    starting,
    submitted,
    together,
)
from portal.core.actor import Side
from portal.core.i18n import lazy
from portal.web.routes import Feature, NavItem

_PAGES = (overview, starting, draft, sections, papers, calculation, together, signing, submitted, adding)
feature = Feature(
    "assistance",
    # Translators: the menu's word for applications of ekonomiskt bistånd; neutral on purpose
    nav=(NavItem("assistance.overview", lazy("Ansökan"), "document", Side.CLIENT, 40),),
    routes=[route for page in _PAGES for route in page.feature.routes],
)
