"""Persons, staff, boards, cases and who works on them: what the back office says of them, and whoever signed in.

A case belongs to one board (nämnd), which is a secrecy boundary of its own (OSL 8:2). Staff reach a client only
through a case they work on (SoLPuL 10 §: access limited to what the task needs).
"""
