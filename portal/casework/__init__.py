"""The staff's work queue and client pages across features; staff reach only clients whose cases they work on.

SoLPuL 10 §: access is limited to what the task needs, and each opening of a client's page is logged with its reason.
"""
