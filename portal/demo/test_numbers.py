"""The only identity numbers a demonstration may use: Skatteverket's published test numbers (DOMAIN.md section 7).

They exist in test environments alone, and only in the twelve-digit form.
"""

from typing import Final

CHILDREN: Final = (
    "201905292395", "202105182386", "202109272399", "202302282393", "201703202380", "201401042385", "201301192389",
    "201407172384", "201104292394", "201107122390",
)  # fmt: skip
YOUTHS: Final = ("201006042392", "200908082399", "200902082387", "200903302388")
YOUNG_ADULTS: Final = (
    "200511142382", "200509112397", "200110142395", "200309152395", "200201082393", "200703102384",
)  # fmt: skip
ADULTS: Final = (
    "199501182399", "197808202399", "198107162391", "198512312391", "197810042395", "199310192399", "197803202386",
    "198511292388", "197801302386", "198112192383", "198812252388", "199410232384",
)  # fmt: skip
OLDER: Final = ("194602112395", "195506302388", "194509302396", "195601132334")
COORDINATION_NUMBERS: Final = (
    "196000612389", "196306862399", "196603692382", "196808762394", "197102822397", "197400792383", "197606902398",
    "197908622397", "198204752383", "198409792382", "198803742397", "200800662397", "200804752384", "202312872399",
)  # fmt: skip
TEST_NUMBERS: Final = frozenset((*CHILDREN, *YOUTHS, *YOUNG_ADULTS, *ADULTS, *OLDER, *COORDINATION_NUMBERS))


class NotATestNumber(ValueError):  # noqa: N818 (the words say what is wrong)
    """An identity number that could be somebody's; it is never repeated in the text."""


def require_test_number(number: str) -> str:
    """Return the number; raises NotATestNumber for every other than the published test numbers."""
    if number not in TEST_NUMBERS:
        raise NotATestNumber("an identity number outside the published test numbers")
    return number
