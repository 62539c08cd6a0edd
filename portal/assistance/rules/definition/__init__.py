"""The form of ekonomiskt bistånd in its versions: a draft is filled in by the newest.

A change of a key, of what an option means, or of what is needed is a new version, with a step in ``versions``. New
words, hints and options are none. A signed application keeps the version that it was signed in.
"""

from portal.assistance.rules.definition.versions import (
    VERSIONS,
    Step,
    Versions,
    definition,
    newest,
    steps,
    using,
)

CURRENT = VERSIONS.newest

__all__ = ["CURRENT", "VERSIONS", "Step", "Versions", "definition", "newest", "steps", "using"]
