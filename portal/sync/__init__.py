"""Synchronisation with the caseworkers' back-office system: nothing a client sends is lost, doubled or reordered.

The outbox keeps what the portal tells the back office, written in the transaction of what it tells; the inbox keeps
what the back office tells; the worker moves both. Vendors are known only to the adapters; the rest of the portal
knows ``sync.contract``. Clients and caseworkers see what isn't delivered yet (förvaltningslagen 20 §: it must be
possible to tell when a document came in).
"""
