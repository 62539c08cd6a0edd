"""The catalogues of translations: `update` and `check` (the set-up compiles them).

Swedish is the source. The template (messages.pot) has neither dates nor line numbers, so that it only changes when a
text does; a translator's `messages.po` keeps what is no longer used, marked obsolete.
"""

from __future__ import annotations

import gettext
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Set
from pathlib import Path
from typing import Any

import polib
from babel import Locale
from babel.messages.extract import extract_from_dir
from babel.messages.plurals import get_plural

ROOT = Path(__file__).resolve().parent.parent
WHOLE = ("en",)
STARTED = ("en", "ar")
KEYWORDS: dict[str, Any] = {
    **dict.fromkeys(("_", "gettext", "lazy", "lazy_gettext", "N_"), None),
    **dict.fromkeys(("ngettext", "lazy_ngettext"), (1, 2)),
    **dict.fromkeys(("pgettext", "lazy_pgettext"), ((1, "c"), 2)),
    "npgettext": ((1, "c"), 2, 3),
}
METHODS = [("portal/**.py", "python"), ("templates/**.html", "jinja2"), ("templates/**.txt", "jinja2")]
OPTIONS = {
    "templates/**.html": {"silent": "false", "trimmed": "true", "encoding": "utf-8"},
    "templates/**.txt": {"silent": "false", "trimmed": "true", "encoding": "utf-8"},
}
# Babel's rule for Arabic has its last two forms the other way round from every translation tool and manual.
PLURALS = {
    "ar": (6, "(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5)"),
}
SKIPPED = {"node_modules", "static", "tests", "translations", "build", "dist", "var"}
PLACEHOLDER = re.compile(r"%\(\w+\)[#0 +-]*[\d.]*[a-zA-Z]|%[sd]|(?<!\{)\{\w*\}(?!\})")
TAG = re.compile(r"</?[a-zA-Z][\w-]*")


def main() -> None:
    """Run the command named on the command line; exit 1 with one line for each fault."""
    commands: dict[str, Callable[[Path], list[str]]] = {"update": update, "check": check}
    if len(sys.argv) != 2 or sys.argv[1] not in commands:
        sys.exit(f"usage: messages.py {'|'.join(commands)}")
    faults = commands[sys.argv[1]](ROOT)
    for fault in faults:
        print(fault)
    sys.exit(1 if faults else 0)


def template(root: Path) -> polib.POFile:
    """Return the catalogue of every text marked for translation in `root`, in a stable order."""
    found: dict[tuple[str, str], polib.POEntry] = {}
    extracted = extract_from_dir(
        root, METHODS, OPTIONS, KEYWORDS, ("Translators:",), strip_comment_tags=True, directory_filter=worth_reading
    )
    for file, _line, message, comments, context in extracted:
        one, many = (message[0], message[-1]) if isinstance(message, tuple) else (message, "")
        entry = found.setdefault((context or "", one), polib.POEntry(msgid=one, msgctxt=context))
        if many:
            entry.msgid_plural = many
            entry.msgstr_plural = {0: "", 1: ""}
        entry.occurrences = sorted({*entry.occurrences, (file, "")})
        entry.comment = "\n".join(dict.fromkeys([*filter(None, entry.comment.split("\n")), *comments]))
        if PLACEHOLDER.search(one) and "%(" in one:
            entry.flags = ["python-format"]
    pot = polib.POFile(wrapwidth=110)
    pot.metadata = {"Content-Type": "text/plain; charset=utf-8", "Content-Transfer-Encoding": "8bit"}
    pot.extend(sorted(found.values(), key=lambda entry: (entry.occurrences[0], entry.msgid, entry.msgctxt or "")))
    return pot


def as_text(catalogue: polib.POFile) -> str:
    """Return what is written to a catalogue's file."""
    return str(catalogue).rstrip("\n") + "\n"


def worth_reading(folder: str | Path) -> bool:
    """Tell whether texts may stand in a folder of this name."""
    name = Path(folder).name
    return name not in SKIPPED and not name.startswith((".", "_"))


def catalogue_paths(root: Path) -> dict[str, Path]:
    """Return the path of each locale's messages.po, there or not yet."""
    folders = {path.name for path in (root / "translations").glob("*") if path.is_dir()}
    return {name: root / "translations" / name / "LC_MESSAGES/messages.po" for name in sorted(folders | set(STARTED))}


def update(root: Path) -> list[str]:
    """Write messages.pot and bring each messages.po up to it."""
    pot = template(root)
    (root / "translations").mkdir(exist_ok=True)
    (root / "translations/messages.pot").write_text(as_text(pot), encoding="utf-8")
    for name, path in catalogue_paths(root).items():
        po = polib.pofile(str(path), wrapwidth=110) if path.exists() else polib.POFile(wrapwidth=110)
        number, rule = plurals_of(name)
        po.metadata = {"Language": name, "Plural-Forms": f"nplurals={number}; plural={rule};", **pot.metadata}
        merge(po, pot, number)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(as_text(po), encoding="utf-8")
        whole = po.percent_translated()
        print(f"{name}: {whole} % translated")
    return []


def plurals_of(name: str) -> tuple[int, str]:
    """Return how many forms of number a locale has, and the rule that chooses one, in C as gettext wants it."""
    plural = get_plural(Locale.parse(name))
    return PLURALS.get(name, (plural.num_plurals, plural.plural_expr))


def exact_forms(name: str) -> set[int]:
    """Return the forms that stand for one number only, so that a translation may say it in a word ("one day")."""
    choose = gettext.c2py(plurals_of(name)[1])
    uses = Counter(choose(n) for n in range(1000))
    return {form for form, times in uses.items() if times == 1}


def merge(po: polib.POFile, pot: polib.POFile, plurals: int) -> None:
    """Bring `po` to the entries and the order of `pot`; what is no longer in it becomes obsolete."""
    before = {(entry.msgctxt or "", entry.msgid): entry for entry in po}
    entries = []
    for wanted in pot:
        entry = before.pop((wanted.msgctxt or "", wanted.msgid), None) or polib.POEntry()
        entry.merge(wanted)
        entry.obsolete = False
        if wanted.msgid_plural:
            entry.msgstr_plural = {n: entry.msgstr_plural.get(n, "") for n in range(plurals)}
            entry.msgstr = ""
        entries.append(entry)
    for entry in before.values():
        entry.obsolete = True
    kept = [
        entry for entry in before.values() if entry.translated() or entry.msgstr or any(entry.msgstr_plural.values())
    ]
    po[:] = [*entries, *kept]


def check(root: Path) -> list[str]:
    """Return what is wrong with the catalogues of `root`."""
    pot = template(root)
    path = root / "translations/messages.pot"
    if not path.exists() or path.read_text(encoding="utf-8") != as_text(pot):
        return ["translations/messages.pot is stale; run: make messages"]
    return [fault for name, po in catalogue_paths(root).items() for fault in faults_of(name, po, pot)]


def faults_of(name: str, path: Path, pot: polib.POFile) -> Iterator[str]:
    """Yield what is wrong with one locale's catalogue."""
    if not path.exists():
        yield f"translations/{name} is missing; run: make messages"
        return
    po = polib.pofile(str(path))
    live = [entry for entry in po if not entry.obsolete]
    if {(entry.msgctxt, entry.msgid) for entry in live} != {(entry.msgctxt, entry.msgid) for entry in pot}:
        yield f"{name}: does not have the texts of messages.pot; run: make messages"
    for entry in live:
        if name in WHOLE and (not entry.translated() or entry.fuzzy):
            yield f"{name}: not translated: {entry.msgid!r}"
        for fault in differences(entry, exact_forms(name)):
            yield f"{name}: {fault}: {entry.msgid!r}"


def differences(entry: polib.POEntry, exact: Set[int] = frozenset()) -> Iterator[str]:
    """Yield how a translation's place-holders and tags differ from the source's."""
    sources = [entry.msgid, entry.msgid_plural] if entry.msgid_plural else [entry.msgid]
    texts = {-1: entry.msgstr} if entry.msgstr else entry.msgstr_plural
    for form, text in texts.items():
        if not text:
            continue
        optional = {"%(num)s"} if form in exact else set()
        if not any(holders(text) | optional == names | optional for names in map(holders, sources)):
            yield f"other place-holders in {text!r}"
        if not any(Counter(TAG.findall(text)) == Counter(TAG.findall(source)) for source in sources):
            yield f"other tags in {text!r}"


def holders(text: str) -> set[str]:
    """Return the place-holders of a text."""
    return set(PLACEHOLDER.findall(text))


if __name__ == "__main__":
    main()
