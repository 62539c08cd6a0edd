"""The system manager's pages: who works here and may do what, and how the portal is.

A system manager (förvaltare) sees accounts, queues and providers, never a client's data (SoLPuL 10 §, OSL 26:1).
"""
