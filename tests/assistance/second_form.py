"""A second version of the form, only to prove that versions work: a question renamed, one gone, one new, a part split.

``phone`` is called ``telephone``; ``email`` is asked no more; ``best_time`` is new and must be answered; what somebody
plans and has applied for (``planned``, ``applied``) has become a part of its own, ``plans``.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from portal.assistance.rules.answers import Cell, Cells
from portal.assistance.rules.definition import VERSIONS, Versions, using
from portal.assistance.rules.definition.base import Field, FieldType, Section
from portal.assistance.rules.definition.first import FIRST
from portal.core.i18n import LazyText

MOVED = ("planned", "applied")


def text(words: str) -> LazyText:
    """Return a text that no catalogue has."""
    return LazyText(words, {})


def is_moved(key: str) -> bool:
    """Tell whether an answer of the part that was split stands in the new one."""
    return key.partition(":")[0].removesuffix(".none") in MOVED


def step(by_section: Mapping[str, Cells]) -> dict[str, Cells]:
    """Bring answers of the first version to the second: each stands under its new key, and none is taken away."""
    found = {key: dict(cells) for key, cells in by_section.items()}
    contact: dict[str, Cell] = found.get("contact", {})
    if "phone" in contact:
        contact["telephone"] = contact.pop("phone")
    planning = found.get("planning", {})
    moved = {key: planning.pop(key) for key in list(planning) if is_moved(key)}
    return {**found, "plans": {**found.get("plans", {}), **moved}} if moved else {**found}


def _second() -> Iterator[Section]:
    for section in FIRST.sections:
        if section.key == "contact":
            renamed = tuple(replace(one, key="telephone") if one.key == "phone" else one for one in section.items)
            new = Field("best_time", FieldType.LINE, text("När kan vi ringa?"), text("Skriv när vi kan ringa."))
            yield replace(section, items=(*(one for one in renamed if one.key != "email"), new))
        elif section.key == "planning":
            yield replace(section, items=tuple(one for one in section.items if one.key not in MOVED))
            plans = tuple(
                replace(one, when=tuple(replace(met, key=f"planning/{met.key}") for met in one.when))
                for one in section.items
                if one.key in MOVED
            )
            yield replace(section, key="plans", title=text("Dina planer"), items=plans)
        else:
            yield section


SECOND = replace(FIRST, version=2, sections=tuple(_second()))
BOTH = Versions({**VERSIONS.forms, 2: SECOND}, {**VERSIONS.steps, 1: step})


@contextmanager
def upgraded() -> Iterator[None]:
    """Let the second version be the newest."""
    with using(BOTH):
        yield
