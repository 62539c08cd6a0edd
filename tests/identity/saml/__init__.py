"""Tests of the SAML package: what must pass, what must be refused and why, and how fast."""
