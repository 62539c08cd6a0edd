"""What is vouched for by signing: it holds what it must, in versions that never change, in every language."""

from hashlib import sha256

import pytest

from portal.assistance.rules import attestation
from portal.core.i18n import LANGUAGES, use_locale

# A change of the words is a new version, which gets a line of its own here; these stay as they are.
DIGESTS = {1: "7ca4d460b1268fb8"}


def paragraphs(version: int) -> list[str]:
    return [str(one) for one in attestation.text(version)]


@pytest.mark.parametrize("version", DIGESTS)
def test_a_version_that_somebody_has_signed_never_changes(version: int) -> None:
    with use_locale("sv"):
        assert sha256("\n".join(paragraphs(version)).encode()).hexdigest()[:16] == DIGESTS[version]


def test_the_newest_version_is_known_here_and_an_unknown_one_is_an_error() -> None:
    assert max(DIGESTS) == attestation.CURRENT
    with pytest.raises(KeyError):
        attestation.text(attestation.CURRENT + 1)


@pytest.mark.parametrize(
    "words", ["heder och samvete", "något ändras", "betalas tillbaka", "polisanmäld", "enligt lag"]
)
def test_it_holds_what_must_be_told(words: str) -> None:
    """DOMAIN.md 2.3: truth, the duty to report changes, repayment, report to the police; no consent to what is law."""
    with use_locale("sv"):
        whole = " ".join(paragraphs(attestation.CURRENT))
    assert words in whole
    assert "samtyck" not in whole


@pytest.mark.parametrize("locale", [one.code for one in LANGUAGES if one.code != "sv"])
def test_every_paragraph_is_translated(locale: str) -> None:
    with use_locale("sv"):
        swedish = paragraphs(attestation.CURRENT)
    with use_locale(locale):
        assert not set(swedish) & set(paragraphs(attestation.CURRENT))
