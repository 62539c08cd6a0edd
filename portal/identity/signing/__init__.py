"""Signing of a frozen document version by a fresh authentication that is bound to it, with evidence that lasts.

A person signs an application or a statement of theirs with the e-legitimation they sign in with. What is signed is one
immutable version: canonical JSON, the text as it was shown, and its language, under one SHA-256. The ID of the
authentication request is derived from that digest, the person and a random nonce (``rules.request_id``). The provider
repeats the ID in its answer (InResponseTo) and signs the answer, so its signature commits to the document and the
person; ``verify.verify_evidence`` re-checks it from the kept answer alone, years later, without trusting the database.

A feature with something to sign checks that the actor may sign as that party, calls ``http.allow_signing()`` on the
page with the button, returns ``http.begin(document, object_id=…, party=…, return_to=…)`` from the view it posts to,
freezes every change with ``service.freeze``, asks ``queries.signatures_of(version)``, and goes on at
``service.DocumentSigned``. The portal runs ``portal signature verify`` and ``export``.

Law: förvaltningslagen (2017:900) 19-21 §§ (a case may be begun informally; identity and completeness may be asked for)
and 9 § (form); eIDAS (EU) 910/2014 article 3.10 and 25.1: an electronic signature that isn't denied effect for being
electronic. It is *not* an advanced or qualified signature (articles 26, 28): no key of the signer's own is used. Where
one is demanded, a federated signature service is the way.

Technique: Sweden Connect 02 section 5.4 (ForceAuthn), 18 (UserMessage); RFC 8785 (canonical JSON); SAML Core 3.2.2
(InResponseTo); SAML.md section 2.

A second implementation, a federated signature service (Sweden Connect 07 and 09, DSS): it gets a member of
``rules.Method``, a start of its own that posts a SignRequest carrying ``DocumentVersion.digest``, a finish that stores
what came back as ``Signature.evidence``, and a checker in ``verify.METHODS``. Versions, parties, voiding, tables, event
and commands stay as they are.
"""
