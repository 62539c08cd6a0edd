"""Meetings between a client and those who work on the case: booked, moved and cancelled by either side, or agreed on
by proposals that go to and fro.

The client chooses time and form among the free times of the own caseworkers, or proposes what isn't among them. Help
is to be given together with the client (SoL 2025:400 chapter 9) and the authority is to be reachable
(förvaltningslagen 7 §); interpreter after förvaltningslagen 13 §, support person and ombud after 14-15 §§. A visit at
home is always the client's free choice. Talks with a child without its guardian (SoL 20:7) are hidden from guardians.
"""
