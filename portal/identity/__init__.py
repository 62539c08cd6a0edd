"""Sign-in with e-legitimation and the sessions that follow, for clients and for staff.

Sources: Sweden Connect technical framework (SAML.md); SoLPuL 10 § (access limited to who needs it); PRODUCT.md (a
person sees and ends their own sessions; leaving the page ends them).
"""
