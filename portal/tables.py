"""Every table of the portal's own database, gathered for migrations and for key rotation."""

from sqlalchemy import MetaData

import portal.assistance.models
import portal.audit.models
import portal.files.models
import portal.identity.models
import portal.identity.signing.models
import portal.meetings.models
import portal.messages.models
import portal.notices.models
import portal.people.models
import portal.records.models
import portal.sync.models  # noqa: F401 - each import registers the package's tables
from portal.core.db import Base


def metadata() -> MetaData:
    """Return the metadata with every table of every package."""
    return Base.metadata
