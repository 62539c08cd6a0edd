"""Messages between a client and those who work on the case: one thread a case, written and read by both sides.

What a client writes is a document that has come in to the authority, and what staff answer is kept with it (SoL 14:2
and förvaltningslagen 9, 20 §§): each message has a numbered receipt, is kept encrypted, goes to the back office, and
is shown as not yet delivered until the back office has acknowledged it.
"""
