"""What happens to persons and cases: first sign-in, and what the back office says."""

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.core.crypto import ring_of
from portal.people.models import Person
from portal.people.queries import find_person


def set_identity_number(session: Session, person: Person, identity_number: str) -> None:
    """Set a person's 12-digit identity number together with its look-up value."""
    person.identity_number = identity_number
    person.identity_index = ring_of(session.get_bind().dialect).blind_index("person", identity_number)


def sign_in_person(session: Session, *, identity_number: str, given_name: str, surname: str) -> Person:
    """Return the person behind a sign-in; an unknown one is registered, so that they can write and apply."""
    person = find_person(session, identity_number)
    if person is not None:
        return person
    person = Person(given_name=given_name, surname=surname)
    set_identity_number(session, person, identity_number)
    try:
        with session.begin_nested():
            session.add(person)
    except IntegrityError:
        # The same person's first sign-in on two devices at once: the other one registered them.
        other = find_person(session, identity_number)
        if other is None:
            raise
        return other
    return person
