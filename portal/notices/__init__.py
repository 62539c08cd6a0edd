"""Neutral notices by e-mail and text message: that there is something new in Insyn, and never what.

For clients who have asked for them, at an address that they have shown to be theirs. Each notice is one of three fixed
sentences in the reader's language (``texts``): somebody else may hold the phone (OSL 26:1; GDPR article 5.1 f). Nothing
is sent to a person with protected data (skyddade personuppgifter) unless they have chosen a channel themselves after
the protection was set; an unknown protection counts as one.

Features call ``service.notify``, ``service.remind``, ``service.schedule`` and ``service.cancel`` in the transaction of
what they tell; ``sending`` sends afterwards, in the worker.
"""
