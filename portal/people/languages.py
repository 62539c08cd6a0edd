"""The languages that a client can ask for an interpreter in; pure (förvaltningslagen (2017:900) 13 §)."""

from collections.abc import Mapping

from portal.core.i18n import LazyText, lazy

OTHER_LANGUAGE = "other"

# Those that interpreters are most asked for in, by ISO 639; whatever else is written in words.
INTERPRETER_LANGUAGES: Mapping[str, LazyText] = {
    "ar": lazy("Arabiska"),
    "prs": lazy("Dari"),
    "en": lazy("Engelska"),
    "fi": lazy("Finska"),
    "kmr": lazy("Kurmanji"),
    "fa": lazy("Persiska"),
    "pl": lazy("Polska"),
    "ru": lazy("Ryska"),
    "so": lazy("Somaliska"),
    "ckb": lazy("Sorani"),
    "es": lazy("Spanska"),
    "ssp": lazy("Teckenspråk"),
    "ti": lazy("Tigrinja"),
    "tr": lazy("Turkiska"),
    "uk": lazy("Ukrainska"),
    OTHER_LANGUAGE: lazy("Annat språk"),
}
