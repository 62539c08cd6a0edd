"""The sentences of notices: all that ever leaves the portal by e-mail or text message. Nothing else is put into them.

UX.md section 2: no sender's name, kind, sum, place or link. Not even a time: somebody else may read it.
"""

from portal.core.i18n import LazyText, lazy, use_locale
from portal.notices.rules import NoticeKind

# The name of the portal is the subject of every mail, in every language.
SUBJECT = "Insyn"

_NEWS = lazy("Du har något nytt i Insyn.")
SENTENCES: dict[NoticeKind, LazyText] = {
    NoticeKind.NEWS: _NEWS,
    NoticeKind.REMINDER: _NEWS,
    # Translators: sent to an address of which the person has said that it is theirs
    NoticeKind.CODE: lazy("Din kod till Insyn är %(code)s. Ge den inte till någon annan."),
    NoticeKind.CHANGED: lazy("Dina uppgifter i Insyn har ändrats."),
}


def sentence(kind: NoticeKind, locale: str, code: str = "") -> str:
    """Return what a notice says, in a language; only a code takes the six digits."""
    with use_locale(locale):
        text = SENTENCES[kind]
        return text % {"code": code} if kind is NoticeKind.CODE else str(text)
