"""The hostile answers once more, many at once: a check holds no state that another message could disturb."""

import random
from concurrent.futures import ThreadPoolExecutor

from portal.identity.saml import Refusal, SamlRefused
from tests.identity.saml import forge
from tests.identity.saml.scene import Scene
from tests.identity.saml.test_hostile_claims import ATTRIBUTES, HEADER, LEVELS, PARTIES, SHAPES, TIMES
from tests.identity.saml.test_hostile_crypto import REFERENCES, TAMPERED

THREADS = 8
ROUNDS = 2


def test_a_burst_is_refused_each_for_its_own_reason_while_the_genuine_pass(scene: Scene) -> None:
    wanted: list[tuple[str, Refusal | None]] = [(forge.issue(scene.answer()), None)] * 20
    for _, changes, reason in (*HEADER, *TIMES, *PARTIES, *LEVELS, *ATTRIBUTES):
        wanted.append((forge.issue(scene.answer(**changes)), reason))
    wanted += [(forge.issue(scene.answer(edit_clear=edit)), reason) for _, edit, reason in SHAPES]
    wanted += [(forge.issue(scene.answer(edit_signed=edit)), reason) for _, edit, reason in TAMPERED]
    wanted += [(forge.issue(scene.answer(edit_response=edit)), reason) for _, edit, reason in REFERENCES]
    assert sum(reason is not None for _, reason in wanted) >= 120
    mixed = wanted * ROUNDS
    random.Random(7).shuffle(mixed)  # noqa: S311 - an order, no secret

    def judge(message: tuple[str, Refusal | None]) -> tuple[Refusal | None, Refusal | None]:
        encoded, reason = message
        try:
            scene.verify(encoded)
        except SamlRefused as refused:
            return refused.reason, reason
        return None, reason

    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(judge, mixed))
    assert [pair for pair in found if pair[0] is not pair[1]] == []
