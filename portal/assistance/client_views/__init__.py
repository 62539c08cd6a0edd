"""The client's pages of applications: what is applied for, the draft part by part, two who apply, signing, after it."""

<<<<<<< HEAD
from portal.assistance.client_views import adding, draft, overview, signing, submitted, together
=======
from portal.assistance.client_views import (
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
>>>>>>> ff18875 (Applications are begun, filled in part by part, given their papers and calculated: the client's own pages of a draft)
from portal.core.actor import Side
from portal.core.i18n import lazy
from portal.web.routes import Feature, NavItem

<<<<<<< HEAD
_PAGES = (overview, draft, together, signing, submitted, adding)
=======
_PAGES = (overview, starting, draft, sections, papers, calculation, together, signing, submitted)
>>>>>>> ff18875 (Applications are begun, filled in part by part, given their papers and calculated: the client's own pages of a draft)
feature = Feature(
    "assistance",
    # Translators: the menu's word for applications of ekonomiskt bistånd; neutral on purpose
    nav=(NavItem("assistance.overview", lazy("Ansökan"), "document", Side.CLIENT, 40),),
    routes=[route for page in _PAGES for route in page.feature.routes],
)
