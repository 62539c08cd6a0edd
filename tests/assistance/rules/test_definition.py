"""The form as data: it hangs together, asks what the catalogue asks for each kind, and its words are all there."""

from collections.abc import Iterator

import pytest

from portal.assistance.rules.definition import CURRENT, definition
from portal.assistance.rules.definition.base import Field, FieldType, Rows, Section, When
from portal.assistance.rules.kinds import Kind, Whose

# DOMAIN.md 2.2, letter by letter: the kinds that ask for what stands in each group.
N, R, S = Kind.NEW, Kind.MONTHLY, Kind.SUPPLEMENTARY
CATALOGUE = {
    "household/civil_status": {N, R, S},
    "household/children": {N, R},
    "household/changed": {R},
    "household/changes": {R},
    "household/stays": {N, R},
    "household/stay_why": {N, R},
    "home/form": {N, R},
    "home/address": {N, R},
    "home/rooms": {N, R},
    "home/persons": {N, R},
    "home/adults": {N, R},
    "home/sublet_approved": {N, R},
    "home/own_room": {N, R},
    "home/value": {N, R},
    "home/rent_debt": {N, R},
    "home/power_debt": {N, R},
    "costs/costs": {N, R, S},
    "incomes/support": {N},
    "incomes/incomes": {N, R},
    "incomes/authorities": {N, R},
    "incomes/pending": {N, R},
    "assets/assets": {N, R},
    "payment/same_account": {R, S},
    "payment/way": {N, R, S},
    "payment/clearing": {N, R, S},
    "payment/account": {N, R, S},
    "planning/occupation": {N, R},
    "planning/workplace": {N, R},
    "planning/sick_extent": {N, R},
    "planning/sfi_path": {N, R},
    "planning/sfi_course": {N, R},
    "planning/worked": {N, R, S},
    "planning/planned": {N},
    "planning/applied": {N},
    "contact/interpreter": {N, R, S},
    "contact/language": {N, R, S},
    "contact/phone": {N, R, S},
    "contact/email": {N, R, S},
    "contact/message": {N, R, S},
}
# What can be chosen and said there, of the same catalogue: options of a question, or the fields of a group's rows.
CHOICES = {
    "household/civil_status": "single cohabiting",
    "household/children": "name number school lives days",
    "home/form": (
        "rental sublet lodger condominium own_house rented_house parents adult_children institution homeless other"
    ),
    "home/adults:relation": "adult_child parent relative lodger",
    "costs/costs": "kind amount specification period trip",
    "costs/costs:kind": (
        "rent electricity home_insurance internet unemployment_fund union work_travel medical_travel care medicine"
        " municipal_fee dental childcare child other"
    ),
    "costs/costs:dental_kind": "acute approved plan",
    "incomes/incomes": "kind amount date whose",
    "incomes/incomes:kind": (
        "salary deposit pension foreign_pension maintenance rent_share other_municipality loan other"
    ),
    "incomes/authorities": "fk csn pm unemployment_fund tax none",
    "incomes/pending": "benefit whose",
    "assets/assets": "kind description company registration bought price value",
    "assets/assets:kind": "bank property company vehicle other",
    "payment/way": "account other",
    "planning/occupation": "work_full work_part jobseeking parental studies sick sfi other",
    "planning/sick_extent": "100 75 50 25",
    "planning/sfi_path": "1 2 3",
    "planning/sfi_course": "A B C D",
    "planning/applied": "date title employer",
}
CHOOSING = {FieldType.CHOICE, FieldType.SELECT, FieldType.CHOICES}


def fields() -> Iterator[tuple[Section, Rows | None, Field]]:
    for section in CURRENT.sections:
        for item in section.items:
            if isinstance(item, Field):
                yield section, None, item
            else:
                yield from ((section, item, each) for each in item.fields)


ALL = [pytest.param(*found, id=f"{found[0].key}-{found[2].key}") for found in fields()]


@pytest.mark.parametrize(("place", "kinds"), CATALOGUE.items(), ids=CATALOGUE)
def test_each_kind_asks_what_the_catalogue_asks(place: str, kinds: set[Kind]) -> None:
    section_key, _, key = place.partition("/")
    section = CURRENT.section(section_key)
    (item,) = (item for item in section.items if item.key == key)

    assert section.kinds & item.kinds == kinds


@pytest.mark.parametrize(("place", "named"), CHOICES.items(), ids=CHOICES)
def test_each_question_offers_what_the_catalogue_names(place: str, named: str) -> None:
    section_key, _, key = place.partition("/")
    name, _, of_a_row = key.partition(":")
    (item,) = (item for item in CURRENT.section(section_key).items if item.key == name)
    if isinstance(item, Rows) and of_a_row:
        (item,) = (each for each in item.fields if each.key == of_a_row)
    offered = item.options if isinstance(item, Field) else {each.key for each in item.fields}

    assert set(named.split()) <= set(offered)


def test_a_version_is_found_by_its_number() -> None:
    assert definition(CURRENT.version) is CURRENT
    with pytest.raises(KeyError):
        definition(CURRENT.version + 1)


def test_a_single_persons_monthly_application_is_seven_parts_and_the_papers() -> None:
    # Beside them: the start, the list, the papers, the signing; fewer than twelve pages in all.
    assert len([s for s in CURRENT.of(R) if not s.when]) == 7


def test_every_section_stands_under_a_heading_and_keys_are_used_once() -> None:
    assert {section.group for section in CURRENT.sections} == set(CURRENT.groups)
    assert len({section.key for section in CURRENT.sections}) == len(CURRENT.sections)
    for section in CURRENT.sections:
        for items in (section.items, *(item.fields for item in section.items if isinstance(item, Rows))):
            assert len({item.key for item in items}) == len(items)


@pytest.mark.parametrize(("section", "rows", "each"), ALL)
def test_keys_are_plain_and_options_are_where_one_chooses(section: Section, rows: Rows | None, each: Field) -> None:
    assert each.key.isidentifier()
    assert each.key == each.key.lower()
    assert bool(each.options) == (each.type in CHOOSING)
    assert not [option for option in each.options if "," in option or not option]
    if each.type is FieldType.MONEY:
        assert str(each.suffix) == "kr"


@pytest.mark.parametrize(("section", "rows", "each"), ALL)
def test_conditions_are_of_an_earlier_question_and_of_its_options(
    section: Section, rows: Rows | None, each: Field
) -> None:
    for condition in (*each.when, *each.unless):
        key, found = _asked_before(section, rows, each, condition)
        if key.endswith(".none"):
            assert isinstance(found, Rows)
            assert condition.values == {"yes"}
        elif isinstance(found, Field) and found.type is FieldType.YES_NO:
            assert condition.values <= {"yes", "no"}
        else:
            assert isinstance(found, Field)
            assert condition.values <= found.options.keys()


def _asked_before(section: Section, rows: Rows | None, each: Field, condition: When) -> tuple[str, Field | Rows]:
    section_key, slash, key = condition.key.rpartition("/")
    where = CURRENT.section(section_key) if slash else section
    name = key.removesuffix(".none")
    if not slash and rows:
        earlier = [one for one in rows.fields[: rows.fields.index(each)] if one.key == name]
        if earlier:
            return key, earlier[0]
    items = list(where.items)
    if not slash:
        items = items[: items.index(rows or each)]
    else:
        assert CURRENT.sections.index(where) < CURRENT.sections.index(section)
        assert where.whose is Whose.HOUSEHOLD or where.whose is section.whose
    (found,) = (item for item in items if item.key == name)
    return key, found


def test_what_is_the_same_for_each_adult_is_asked_of_each() -> None:
    each = {section.key for section in CURRENT.sections if section.whose is Whose.EACH}

    assert each == {"planning", "contact"}


def test_what_the_authority_fetches_by_law_is_told_and_no_consent_is_asked() -> None:
    told = str(CURRENT.section("incomes").told)

    assert "15 kap. 10–12 §§" in told
    for authority in ("Försäkringskassan", "CSN", "Pensionsmyndigheten", "a-kassan", "Skatteverket"):
        assert authority in told


@pytest.mark.parametrize("rows", [item for s in CURRENT.sections for item in s.items if isinstance(item, Rows)])
def test_every_group_of_rows_can_be_answered_with_none(rows: Rows) -> None:
    assert str(rows.none)
    assert str(rows.needed)
    assert str(rows.add)
    assert rows.most >= 20
    if rows.lasting:
        (field,) = (each for each in rows.fields if each.key == rows.lasting.key)
        assert rows.lasting.values < field.options.keys()
    if rows.once:
        assert rows.once in {each.key for each in rows.fields}
