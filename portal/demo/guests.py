"""Invented people whom the back office does not know, for what sign-in does with each of them."""

from portal.demo.idp_config import DemoPerson
from portal.identity.saml import names

GUESTS = (
    DemoPerson(
        "Semira Alina Oxhagen",
        "Semira",
        "Oxhagen",
        "198112192383",
        note="har fått personnummer, hade samordningsnummer",
        extra=((names.PREVIOUS_IDENTITY_NUMBER, "198409792382"),),
    ),
    DemoPerson(
        "Ilse Bergtun",
        "Ilse",
        "Bergtun",
        note="utländsk e-legitimation",
        extra=(
            (names.PRID, "XE:5590026042"),
            (names.PRID_PERSISTENCE, "A"),
            (names.EIDAS_IDENTIFIER, "XE/SE/5590026042"),
            (names.DATE_OF_BIRTH, "1979-04-02"),
        ),
    ),
    DemoPerson("Love Näckros", "Love", "Näckros", "201407172384", note="under 15 år"),
)
