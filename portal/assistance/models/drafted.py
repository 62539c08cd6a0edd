"""Tables of a draft: the answers of each section, and the papers that files are put to."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.assistance.rules.kinds import Party
from portal.core.clock import now
from portal.core.crypto import EncryptedJson
from portal.core.db import Base, Identified


class SectionAnswers(Base):
    """The answers of one section, by one party: every answer as it was typed, with a version of its own (``answers``).

    The household's sections stand under the applicant.
    """

    __tablename__ = "application_section"

    application_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("application.id", ondelete="CASCADE"), primary_key=True
    )
    party: Mapped[Party] = mapped_column(primary_key=True)
    section: Mapped[str] = mapped_column(primary_key=True)
    cells: Mapped[dict[str, Any]] = mapped_column(EncryptedJson("application_section.cells"))
    changed_at: Mapped[datetime] = mapped_column(default=now)


class Paper(Identified, Base):
    """A paper that is asked for, to which one of the parties has put files; the files name it as their object."""

    __tablename__ = "application_paper"
    __table_args__ = (UniqueConstraint("application_id", "party", "key"),)

    application_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"))
    party: Mapped[Party]
    key: Mapped[str]
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
