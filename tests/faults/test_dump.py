"""After real use no identity number, name or text stands readable in the portal's database, back-up, logs or files.

The back-office store is exempt: it stands for the vendor's own system. On PostgreSQL the server is shared with other
tests, whose back-office stores may lie there: the files of our own database are searched for everything, the shared
write-ahead log and the server's log for the texts that this run alone has made up.
"""

import base64
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, func, select, update

from portal.core.clock import now
from portal.core.db import make_engine
from portal.core.ids import new_id
from portal.demo.people import CLIENTS
from portal.demo.stack import DemoStack, Ports
from portal.identity.models import KeptForm, SignedInSession
from portal.people.rules import CaseState
from portal.sync.adapters.sql import SqlStore
from portal.sync.contract import Author, CaseMessage, CaseRecord, NoteRecord
from portal.sync.contract.records import Ground, NoteStatus, NoteType, PassagePart
from tests.demo.visitor import Visitor
from tests.faults import dump
from tests.files.hostile import plain_pdf
from tests.support import database
from tests.support.database import Kind as DatabaseKind

pytestmark = [pytest.mark.fault, pytest.mark.xdist_group("dump")]

# Never seen before, with letters of every width: what one encoding hides, another shows.
MARK = new_id().hex[-12:]
TEXTS = {
    "client's message": f"Smultronställe {MARK} هل اليوم? Nummer 19851129-2388.",
    "kept form": f"Rabarberpaj {MARK} ölandstok",
    "refused form": f"Kanelbulle {MARK} äpple",
    "caseworker's answer": f"Hjortronsylt {MARK} är bäst — alltid",
    "message of the back office": f"Lingongrova {MARK} på måndag",
    "mail address": f"rabarber.{MARK}@post.example",
    "record's title": f"Samtal {MARK} om äppelmos",
    "record's passage": f"Vinbärsgelé {MARK} står på övre hyllan",
    "hidden passage": f"Krusbärssylt {MARK} är grannens",
    "reason of a version": f"Åkerbär {MARK} rättat",
    "client's remark": f"Havtorn {MARK} stämmer inte, هذا خطأ",
    "draft of a remark": f"Björnbär {MARK} på väg",
    "case title": f"Ärendet {MARK} med blåbär",
    "name of a remark's file": f"Körsbär {MARK} lön.pdf",
    "name of a document": f"Plommon {MARK} intyg.pdf",
    "title of a document": f"Mullbär {MARK} från läkaren",
    "words in a file": f"Slånbär {MARK} står i filen",
}
OWN = {label: dump.needles(text) for label, text in TEXTS.items()} | {"mark": dump.needles(MARK)}
PEOPLE = {f"number of {one.key}": dump.number_needles(one.identity_number) for one in CLIENTS} | {
    f"name of {one.key}": dump.needles(one.surname) | dump.needles(one.name) for one in CLIENTS
}
EVERYTHING = OWN | PEOPLE
# What reaches the back office, where it stands plainly.
SENT = {
    "client's message",
    "caseworker's answer",
    "case title",
    "record's passage",
    "hidden passage",
    "client's remark",
    "name of a remark's file",
    "title of a document",
}
FILE = plain_pdf() + f"\n% {TEXTS['words in a file']}\n".encode()


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def used(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoStack]:
    """A portal that people have used in every way in which they can write something; it still runs."""
    kind: DatabaseKind = request.param
    url = database.empty_database("postgresql") if kind == "postgresql" else None
    with DemoStack(tmp_path_factory.mktemp("dump"), ports=Ports(0, 0, 0), database_url=url) as stack:
        write_as_client(stack)
        write_as_stranger(stack)
        write_in_back_office(stack)
        write_of_records(stack)
        write_as_staff(stack)
        yield stack
    if url:
        database.drop(url)


def write_as_client(stack: DemoStack) -> None:
    visitor = Visitor()
    visitor.sign_in(stack.client_url, "Testlegitimation", "Mariam Sandell")
    visitor.go("/meddelanden")
    form = visitor.form("form:has(textarea)")
    visitor.submit(form, text=TEXTS["client's message"])
    assert TEXTS["client's message"] in visitor.page.get_text()
    visitor.submit(form, text=TEXTS["refused form"], csrf_token="forged")
    assert visitor.status >= 400
    visitor.go("/mina-uppgifter/epost")
    visitor.submit(visitor.form("form:has([name=address])"), address=TEXTS["mail address"])
    assert visitor.page.select("[name=code]")
    with connected(stack) as connection:
        connection.execute(update(SignedInSession).values(last_seen_at=now() - timedelta(hours=1)))
    # After a long pause what is written is kept until its owner has signed in again.
    visitor.submit(form, text=TEXTS["kept form"])
    with connected(stack) as connection:
        assert connection.execute(select(func.count()).select_from(KeptForm)).scalar_one() == 1
    visitor.go(f"{stack.client_url}/finns-inte/198511292388/{MARK}")
    visitor.close()


@contextmanager
def connected(stack: DemoStack) -> Iterator[Connection]:
    engine = make_engine(stack.settings.database_url, stack.settings.key_ring)
    with engine.connect().execution_options(insyn_writing=True) as connection, connection.begin():
        yield connection
    engine.dispose()


def write_as_stranger(stack: DemoStack) -> None:
    """Sign in as somebody without a case, who is registered by the sign-in alone."""
    visitor = Visitor()
    visitor.sign_in(stack.client_url, "Annan testlegitimation", "Oskar Bäckarv")
    assert visitor.status == 200
    visitor.close()


def write_in_back_office(stack: DemoStack) -> None:
    store = SqlStore(stack.settings.backoffice_url)
    store.put_case(
        CaseRecord(
            id="A-mariam",
            person_id="P-mariam",
            board_id="ASN",
            unit_id="ekonomi",
            title=TEXTS["case title"],
            state=CaseState.OPEN,
            opened_at=now(),
        )
    )
    store.put_case_message(
        CaseMessage(
            id=f"M-{MARK}",
            thread_id="T-mariam",
            case_id="A-mariam",
            person_id="P-mariam",
            author=Author.STAFF,
            author_id="petra.almskog",
            subject="",
            body=TEXTS["message of the back office"],
            sent_at=now(),
            in_reply_to=None,
        )
    )
    store.close()


def write_of_records(stack: DemoStack) -> None:
    """Let a record come from the back office; its client remarks on it, and begins another remark."""
    store = SqlStore(stack.settings.backoffice_url)
    store.put_note(
        NoteRecord(
            id=f"N-{MARK}",
            case_id="A-mariam",
            person_id="P-mariam",
            author_id="petra.almskog",
            type=NoteType.PHONE,
            title=TEXTS["record's title"],
            event_at=now(),
            child_sensitive=False,
            revision=1,
            reason=TEXTS["reason of a version"],
            written_at=now(),
            locked_at=now(),
            status=NoteStatus.RELEASED,
            released_by="petra.almskog",
            visible_from=None,
            for_guardians=False,
            passages=(
                PassagePart("1", TEXTS["record's passage"], None),
                PassagePart("2", TEXTS["hidden passage"], Ground.OTHER_PERSON),
            ),
        )
    )
    store.close()
    visitor = Visitor()
    visitor.sign_in(stack.client_url, "Testlegitimation", "Mariam Sandell")
    visitor.go("/journal")
    wait_for(lambda: visitor.shows(TEXTS["record's title"]))
    titles = [link for link in visitor.page.select("main a") if TEXTS["record's title"] in link.get_text()]
    visitor.go(str(titles[0]["href"]))
    assert TEXTS["record's passage"] in visitor.page.get_text()
    send_with_file(visitor, kind="wrong", text=TEXTS["client's remark"])
    assert TEXTS["client's remark"] in visitor.page.get_text()
    page, form = visitor.url, visitor.form("#s0 form")
    form["action"] = f"{form['action']}/utkast"
    visitor.submit(form, kind="missing", text=TEXTS["draft of a remark"])
    visitor.go(page)
    assert TEXTS["draft of a remark"] in visitor.page.get_text()
    visitor.close()


def send_with_file(visitor: Visitor, **said: str) -> None:
    """Say something of the first passage, with a file, once that has been checked."""
    record, form = visitor.url, visitor.form("#s1 form")
    form["action"] = f"{form['action']}/filer/ny"
    visitor.submit(form, **said)
    visitor.submit(visitor.form("#filer"), files={"files": (TEXTS["name of a remark's file"], FILE)})
    wait_for(lambda: visitor.shows("Klar."))
    visitor.go(record)
    visitor.submit(visitor.form("#s1 form"), **said)


def upload_as_staff(visitor: Visitor) -> None:
    visitor.go("/klienter")
    for text in ("Mariam", "Läs och skriv", "Lägg till en pdf"):
        visitor.follow(text)
    files = {"file": (TEXTS["name of a document"], FILE)}
    fields = {"title": TEXTS["title of a document"], "day": "2026-01-05", "at": "13:00"}
    visitor.submit(visitor.form(), files=files, **fields)
    wait_for(lambda: visitor.shows("Läs (pdf"))
    visitor.submit(visitor.form("form[action$=las]"))
    assert "Låst." in visitor.page.get_text()


def write_as_staff(stack: DemoStack) -> None:
    visitor = Visitor()
    visitor.sign_in(stack.staff_url, "Kommunens inloggning (test)", "Petra Almskog")
    upload_as_staff(visitor)
    visitor.go("/meddelanden")
    visitor.follow("Mariam")
    wait_for(lambda: visitor.shows(TEXTS["message of the back office"]))
    visitor.submit(visitor.form("form:has(textarea)"), text=TEXTS["caseworker's answer"])
    assert TEXTS["caseworker's answer"] in visitor.page.get_text()
    visitor.close()
    # The proof that the search finds: the back office holds all of it, plainly.
    wanted = {label: OWN[label] for label in SENT}
    wait_for(lambda: {label for label, _ in dump.find_in_files(back_office_files(stack), wanted)} == set(wanted))


def wait_for(condition: Callable[[], object], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.3)


def back_office_files(stack: DemoStack) -> list[Path]:
    return sorted(stack.layout.directory.glob("backoffice.db*"))


def test_the_back_office_holds_it_all_so_the_search_works(used: DemoStack) -> None:
    found = {label for label, _ in dump.find_in_files(back_office_files(used), PEOPLE)}
    assert found == set(PEOPLE)


def test_nothing_stands_readable_in_the_demonstrations_files(used: DemoStack) -> None:
    """The database of SQLite with its write-ahead log, the logs of every process, settings and metadata."""
    searched = [path for path in used.layout.directory.rglob("*") if path.is_file()]
    searched = [path for path in searched if path not in back_office_files(used)]
    assert {path.name for path in searched} >= {"client.log", "staff.log", "worker.log", "idp.log", "secrets.json"}
    assert used.settings.database_url.startswith("postgresql") or "portal.db-wal" in {path.name for path in searched}
    assert dump.find_in_files(searched, EVERYTHING) == set()


def test_nothing_stands_readable_in_a_back_up(used: DemoStack, tmp_path: Path) -> None:
    path = tmp_path / "backup"
    if used.settings.database_url.startswith("postgresql"):
        copy_tables(used.settings.database_url, path)
    else:
        back_up(used.layout.directory / "portal.db", path)
    assert path.stat().st_size > 10_000
    assert dump.find_in_files([path], EVERYTHING) == set()


def back_up(source: Path, target: Path) -> None:
    """Make a back-up of SQLite, and the SQL text of it, in one file after the other."""
    origin, copy = sqlite3.connect(source), sqlite3.connect(target)
    origin.backup(copy)
    copy.close()
    with target.open("ab") as file:
        file.writelines(f"{line}\n".encode() for line in origin.iterdump())
    origin.close()


def copy_tables(url: str, target: Path) -> None:
    """Write every table as pg_dump does, in text and in binary."""
    with psycopg.connect(url.replace("+psycopg", "")) as connection, target.open("wb") as file:
        names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        assert len(names) > 10
        for (name,) in names:
            for form in ("text", "binary"):
                statement = psycopg.sql.SQL("COPY {} TO STDOUT (FORMAT {})").format(
                    psycopg.sql.Identifier(name), psycopg.sql.SQL(form)
                )
                with connection.cursor().copy(statement) as rows:
                    for row in rows:
                        file.write(row)


@pytest.mark.parametrize("used", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True)
def test_nothing_stands_readable_in_the_servers_files(used: DemoStack) -> None:
    """The files of SQLite are searched above."""
    with psycopg.connect(used.settings.database_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        own = connection.execute("SELECT oid FROM pg_database WHERE datname = current_database()").fetchone()
        data = connection.execute("SHOW data_directory").fetchone()
    assert own is not None
    assert data is not None
    tables = [path for path in (Path(data[0]) / "base" / str(own[0])).iterdir() if path.is_file()]
    assert sum(path.stat().st_size for path in tables) > 1_000_000
    assert dump.find_in_files(tables, EVERYTHING) == set()
    others = [path for path in Path(data[0]).rglob("*") if path.is_file() and "base" not in path.parts]
    # Tens of megabytes of write-ahead log: the mark, which every text bears, is enough.
    assert dump.find_in_files(others, {"mark": OWN["mark"]}) == set()


PLAIN = "Åsa Björkmarker har skrivit: hej på dig"
NUMBER = "198511292388"
WRITINGS = {
    "utf-8": PLAIN,
    "utf-16": PLAIN.encode("utf-16-le"),
    "latin-1": PLAIN.encode("latin-1"),
    "base64": base64.b64encode(PLAIN.encode()).decode(),
    "base64, one before": base64.b64encode(b"x" + PLAIN.encode()).decode(),
    "base64, two before": base64.b64encode(b"xy" + PLAIN.encode() + b"z").decode(),
    "hex": PLAIN.encode().hex(),
    "json": '{"text": "\\u00c5sa Bj\\u00f6rkmarker har skrivit: hej p\\u00e5 dig"}',
    "capitals": PLAIN.upper(),
}
NUMBERS = {
    "whole": NUMBER,
    "dash": "19851129-2388",
    "ten": "8511292388",
    "ten with dash": "851129-2388",
    "utf-16": NUMBER.encode("utf-16-be"),
    "base64": base64.b64encode(f'{{"n":"{NUMBER}"}}'.encode()).decode(),
    "hex": NUMBER.encode().hex().upper(),
    "integer": int(NUMBER),
}


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        *(pytest.param(value, dump.needles(PLAIN), id=f"text-{name}") for name, value in WRITINGS.items()),
        *(pytest.param(value, dump.number_needles(NUMBER), id=f"number-{name}") for name, value in NUMBERS.items()),
    ],
)
def test_a_plain_column_is_found(tmp_path: Path, value: object, wanted: set[bytes]) -> None:
    """The search would find it, in the file or in the write-ahead log alone."""
    connection = sqlite3.connect(tmp_path / "plain.db")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE leak (value)")
    assert dump.find_in_files(tmp_path.iterdir(), {"leak": wanted}) == set()
    connection.execute("INSERT INTO leak VALUES (?)", [value])
    connection.commit()
    found = dump.find_in_files(tmp_path.iterdir(), {"leak": wanted})
    connection.close()
    assert found == {("leak", "plain.db-wal")}


def test_what_lies_across_two_chunks_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dump, "_CHUNK", 64)
    (tmp_path / "log").write_bytes(b"." * 60 + PLAIN.encode() + b"." * 100)
    assert dump.find_in_files(tmp_path.iterdir(), {"leak": dump.needles(PLAIN)}) == {("leak", "log")}


@pytest.mark.parametrize("column", ["name", "text"])
def test_a_plain_column_of_the_portal_itself_is_found(used: DemoStack, tmp_path: Path, column: str) -> None:
    """A back-up to which somebody has added one plain column: the very search above fails."""
    if used.settings.database_url.startswith("postgresql"):
        copy_tables(used.settings.database_url, tmp_path / "backup")
    else:
        back_up(used.layout.directory / "portal.db", tmp_path / "backup")
    value = {"name": "Vera Hallonmark", "text": TEXTS["caseworker's answer"]}[column]
    with (tmp_path / "backup").open("ab") as file:
        file.write(value.encode())
    assert dump.find_in_files([tmp_path / "backup"], EVERYTHING)
