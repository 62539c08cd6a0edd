"""The HTTP edge: routes with declared access, one transaction a request, forms, pages, headers and errors.

It knows no feature and no table: what it needs of them it states as protocols (``Guard``, ``Keeper``), which
``portal.app`` connects.
"""
