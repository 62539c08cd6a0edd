"""Which database a journey runs on: both by default; one where the database makes no difference."""

import pytest

ON_SQLITE = pytest.mark.parametrize("portal", ["sqlite"], indirect=True)
