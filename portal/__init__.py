"""Insyn: the client portal of a Swedish municipality's social services (socialtjänst)."""
