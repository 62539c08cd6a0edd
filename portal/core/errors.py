"""Errors of the domain, each with words for the person; mapped once to pages in ``portal.web.errors``."""

from portal.core.i18n import Text, lazy


class DomainError(Exception):
    """What was asked can't be done, for a reason that a person can be told."""

    message: Text = lazy("Det gick inte att göra det du bad om.")

    def __init__(self, message: Text | None = None, *, reason: str = "") -> None:
        super().__init__(reason or type(self).__name__)
        self.reason = reason
        if message is not None:
            self.message = message


class NotFound(DomainError):  # noqa: N818 - read as the answer it becomes
    """No such object, or none that this actor may know of: answered alike (404)."""

    message = lazy("Sidan finns inte, eller så är den inte din.")


class Forbidden(DomainError):  # noqa: N818 - named after what it is
    """The actor is known and lacks the right (403)."""

    message = lazy("Du har inte behörighet till den här sidan.")


class Conflict(DomainError):  # noqa: N818 - named after what it is
    """Someone else was first, or the state has moved on (409)."""

    message = lazy("Något har ändrats sedan du öppnade sidan. Läs igen och försök en gång till.")


class InvalidInput(DomainError):  # noqa: N818 - named after what it is
    """What was typed can't be accepted (422)."""

    message = lazy("Något i det du skrev behöver ändras.")


class Unavailable(DomainError):  # noqa: N818 - named after what it is
    """What is needed for it can't be had at the moment (503)."""

    message = lazy("Det går inte just nu. Försök igen om en stund.")
