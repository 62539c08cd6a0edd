"""What a verified sign-in costs on one core, and how much of it is the guard's own work beside python3-saml's."""

import time
from collections.abc import Callable

import pytest

from portal.identity.saml.guard import library
from tests.bench.test_costs import show
from tests.identity.saml import forge
from tests.identity.saml.conftest import parties, scene
from tests.identity.saml.scene import Scene

__all__ = ["parties", "scene"]

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]

ROUNDS = 5
TIMES = 40


def seconds(work: Callable[[], object]) -> float:
    """Return the processor time (s) of one call, over many."""
    began = time.process_time()
    for _ in range(TIMES):
        work()
    return (time.process_time() - began) / TIMES


def test_sign_ins_a_second(scene: Scene) -> None:
    encoded = forge.issue(scene.answer())

    def by_the_library_alone() -> None:
        opened = library.open_response(encoded, scene.sp, scene.idp, scene.pending)
        library.check_with_library(opened, scene.sp, scene.pending)

    whole, alone = [], []
    for _ in range(ROUNDS):  # interleaved, so that both meet the same machine
        whole.append(seconds(lambda: scene.verify(encoded)))
        alone.append(seconds(by_the_library_alone))
    total, part = sorted(whole)[ROUNDS // 2], sorted(alone)[ROUNDS // 2]
    show("")
    show(f"verified sign-ins a second on one core: {1 / total:.0f} ({total * 1000:.1f} ms each)")
    show(
        f"of which python3-saml {part * 1000:.1f} ms, the guard {(total - part) * 1000:.1f} ms ({1 - part / total:.0%})"
    )
    assert scene.verify(encoded).identity_number == forge.PERSON
