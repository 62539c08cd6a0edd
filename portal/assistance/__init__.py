"""Ekonomiskt bistånd: a client applies, alone or as a couple, from a draft to a signed application and its answer.

For clients, their co-applicants (medsökande) and the caseworkers who decide. Law: socialtjänstlag (2025:400) 12 kap.
1-9 §§ (the right, riksnorm, incomes), förvaltningslagen (2017:900) 6, 19-22 §§ (service, how a case is begun, when it
has come in). A draft is the person's own until it is signed; what is signed is frozen, handed in by the server and
delivered through the outbox. Nothing here decides: a calculation is preliminary, the decision is the board's.
"""
