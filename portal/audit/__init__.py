"""The append-only log: what was done, what was refused, and which staff read which client's data.

SoLPuL 10 §: access to personal data is limited, documented and checked. Rows are never changed or deleted by the
application; triggers in the database refuse it (see the migrations).
"""
