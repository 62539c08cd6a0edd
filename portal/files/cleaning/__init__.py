"""Making a hostile file harmless: what runs in a process of its own, with little memory, time and no rights.

``child`` is that process. It imports nothing of the portal but this package, gets no settings or keys, and is told only
the limits; the portal asks it through ``portal.files.sandbox``.
"""
