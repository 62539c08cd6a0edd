"""Who a response speaks of beyond a personnummer: former numbers, foreign persons, and roles of staff."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from portal.identity.saml import ProviderFileError, Refusal, names
from tests.identity.saml import forge
from tests.identity.saml.scene import Scene
from tests.identity.saml.test_metadata import LISTING, entity, load

BINDING = "http://binding.example.se/population-register"
ROLE = "urn:role"
FORMER = "198409792382"


def saying(scene: Scene, **attributes: tuple[str, ...]) -> str:
    named = {getattr(names, name): values for name, values in attributes.items()}
    return forge.issue(scene.answer(attributes=named))


def with_roles(scene: Scene) -> Scene:
    wanted = replace(scene.idp.attribute_names, role=ROLE, unit="urn:unit")
    return replace(
        scene, idp=replace(scene.idp, attribute_names=wanted, roles={"HL": "caseworker", "GL": "team_leader"})
    )


def test_a_former_number_is_read(scene: Scene) -> None:
    found = scene.verify(saying(scene, PERSONAL_IDENTITY_NUMBER=(forge.PERSON,), PREVIOUS_IDENTITY_NUMBER=(FORMER,)))
    assert found.previous_identity_number == FORMER
    assert FORMER not in repr(found)


def test_an_impossible_former_number_is_refused(scene: Scene) -> None:
    encoded = saying(scene, PERSONAL_IDENTITY_NUMBER=(forge.PERSON,), PREVIOUS_IDENTITY_NUMBER=("198409792389",))
    assert scene.refusal(encoded) is Refusal.IDENTITY_NUMBER


def test_a_foreign_person_is_read(scene: Scene) -> None:
    found = scene.verify(
        saying(
            scene,
            PRID=("XE:5590026042",),
            PRID_PERSISTENCE=("A",),
            EIDAS_IDENTIFIER=("XE/SE/5590026042",),
            DATE_OF_BIRTH=("1979-04-02",),
        )
    )
    assert (found.prid, found.prid_persistence, found.identity_number) == ("XE:5590026042", "A", None)
    assert found.eidas_identifier == "XE/SE/5590026042"
    assert found.birth_date == date(1979, 4, 2)
    assert "5590026042" not in repr(found)


@pytest.mark.parametrize("value", ["1979-02-30", "79-04-02", "x"])
def test_an_impossible_date_of_birth_is_refused(scene: Scene, value: str) -> None:
    assert scene.refusal(saying(scene, PRID=("XE:1",), DATE_OF_BIRTH=(value,))) is Refusal.BIRTH_DATE


@pytest.mark.parametrize(
    ("accepted", "binding", "number"),
    [
        ({BINDING}, (BINDING,), FORMER),
        ({BINDING}, ("http://binding.example.se/told-by-the-person",), None),
        ({BINDING}, (), None),
        (set(), (BINDING,), None),
    ],
)
def test_a_mapped_number_is_believed_by_its_binding(
    scene: Scene, accepted: set[str], binding: tuple[str, ...], number: str | None
) -> None:
    held = replace(scene, idp=replace(scene.idp, mapped_bindings=frozenset(accepted)))
    encoded = saying(scene, PRID=("XE:1",), MAPPED_IDENTITY_NUMBER=(FORMER,), IDENTITY_NUMBER_BINDING=binding)
    assert held.verify(encoded).mapped_identity_number == number


def roles_said(scene: Scene, *values: str) -> str:
    return forge.issue(
        scene.answer(attributes={names.ORG_AFFILIATION: ("a@example.se",), ROLE: values, "urn:unit": ("Ett",)})
    )


def test_a_role_is_what_the_installation_says_that_a_value_means(scene: Scene) -> None:
    held = with_roles(scene)
    found = held.verify(roles_said(held, "GL", "annat"))
    assert (found.role, found.unit) == ("team_leader", "Ett")
    assert held.verify(roles_said(held, "manager")).role is None


def test_two_roles_at_once_are_refused(scene: Scene) -> None:
    held = with_roles(scene)
    assert held.refusal(roles_said(held, "GL", "HL")) is Refusal.ATTRIBUTE_VALUES


def test_no_role_is_read_unless_the_installation_asks_for_it(scene: Scene) -> None:
    found = scene.verify(roles_said(scene, "GL"))
    assert (found.role, found.unit) == (None, None)


def test_roles_and_bindings_are_configuration(scene: Scene, tmp_path: Path) -> None:
    lines = f'mapped_bindings = ["{BINDING}"]\nattributes = {{ role = "{ROLE}" }}\nroles = {{ HL = "caseworker" }}'
    listing = f"{LISTING}{lines}\n"
    (config,) = load(tmp_path, entity(scene), listing)
    assert config.provider.mapped_bindings == {BINDING}
    assert config.provider.roles == {"HL": "caseworker"}
    assert config.provider.attribute_names.role == ROLE


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ('roles = { HL = "caseworker" }', "needs the name of the role attribute"),
        (f'attributes = {{ role = "{ROLE}" }}\nroles = {{ HL = "god" }}', "a role that the portal does not have"),
        ('mapped_bindings = "all"', "must be a list of texts"),
    ],
)
def test_wrong_roles_and_bindings(scene: Scene, tmp_path: Path, lines: str, words: str) -> None:
    with pytest.raises(ProviderFileError, match=words):
        load(tmp_path, entity(scene), f"{LISTING}{lines}\n")
