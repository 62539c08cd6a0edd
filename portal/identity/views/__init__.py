"""The pages of sign-in and sessions, the same on both sides."""

from portal.identity.views import sessions, sign_in

features = (sign_in.feature, sessions.feature)
