"""Hostile files put to an application's papers: refused in words or made harmless, and only that is handed in."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from portal.core.db import writing
from portal.files import delivering
from portal.files.checking import Checker
from portal.files.rules import REFUSAL_WORDS, Refusal
from portal.files.scanner import Scanner
from portal.sync.contract import ApplicationRecord
from portal.sync.models import OutboxMessage
from tests.assistance.pages import Desk
from tests.assistance.world import ALONE, sign
from tests.files import hostile
from tests.files.clamd import Clamd, running
from tests.support.client import PageClient, multipart

PLANNING = {"occupation": "work_full,sick", "workplace": "Ekdala", "sick_extent": "100", "worked": "yes"}
# What is put to the certificate, by its name there: all of it has to be taken away again.
REFUSED: dict[str, tuple[Callable[[], bytes], Refusal]] = {
    "virus.pdf": (lambda: hostile.EICAR, Refusal.VIRUS),
    "zip.pdf": (lambda: hostile.archive(50_000_000), Refusal.WRONG_KIND),
    "bild.png": (hostile.image_bomb, Refusal.TOO_MANY_PIXELS),
    "sida.jpg": (lambda: hostile.MARK, Refusal.WRONG_KIND),
    "tom.pdf": (lambda: b"", Refusal.EMPTY),
    "stor.pdf": (lambda: b"%PDF-1.7" + bytes(3_000_000), Refusal.TOO_LARGE),
}
# What is put to the contract, by its name there: the name that it gets, and harmless content.
CLEANED: dict[str, tuple[Callable[[], bytes], str]] = {
    "../../etc/passwd": (hostile.script_on_opening, "passwd.pdf"),
    "C:\\fakepath\\avtal.exe": (hostile.embedded_file, "avtal.pdf"),
    "avtal\u202egpj.exe": (lambda: hostile.jpeg(turned=True) + hostile.archive(), "avtalgpj.jpg"),
    "av\u00adtal\u200b.html": (lambda: hostile.png(text="HOSTILE") + hostile.MARK, "avtal.png"),
    "av\x1btal\t2.pdf": (hostile.scripts_everywhere, "avtal 2.pdf"),
}


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_hostile_papers_are_refused_or_made_harmless(app: Flask, mariam: PageClient, desk: Desk) -> None:
    draft = desk.draft(ALONE | {"planning": PLANNING})
    papers = f"/ansokan/{draft}/bilagor"
    for key, made in (
        ("certificate", [(name, content()) for name, (content, _why) in REFUSED.items()]),
        ("employment", [(name, content()) for name, (content, _name) in CLEANED.items()]),
    ):
        form = mariam.page(papers).form(f"form:has(#{key})")
        token = str(form.select_one("[name=csrf_token]")["value"])  # type: ignore[index]
        files = [("files", content, name.replace("\\", "\\\\")) for name, content in made]
        assert mariam.post(str(form["action"]), **multipart({"csrf_token": token}, *files)).status_code == 303
    checker = Checker(desk.sessions, app.extensions["insyn.vault"], None)
    with running(Clamd()) as address:
        replace(checker, scanner=Scanner(address, 10)).run()

    page = mariam.page(papers)
    rows = [tag.get_text(" ", strip=True) for tag in page.soup.select("#certificate-filer .i-filerow")]
    assert rows == [f"{name} {REFUSAL_WORDS[why]} Ta bort {name}" for name, (_content, why) in REFUSED.items()]
    kept = [tag.get_text(" ", strip=True) for tag in page.soup.select("#employment-filer .i-filerow")]
    assert [re.sub(r" Klar\..*", "", text) for text in kept] == [name for _content, name in CLEANED.values()]
    assert not mariam.page(f"/ansokan/{draft}/granska").soup.select("[name=attest]")
    for button in page.soup.select("#certificate-filer .i-filerow button"):
        mariam.post(str(button["formaction"]), data={"csrf_token": token, "next": papers})
    assert mariam.page(f"/ansokan/{draft}/granska").soup.select("[name=attest]")

    with writing(desk.sessions) as session:
        sign(desk.scene(session), draft)
        record = ApplicationRecord.from_payload(session.scalars(select(OutboxMessage)).one().payload)
        assert [one.file.name for one in record.papers] == [name for _content, name in CLEANED.values()]
        for one in record.papers:
            content = delivering.content_by_checksum(session, app.extensions["insyn.vault"], one.file.checksum)
            for word in (b"HOSTILE", b"JavaScript", b"<script", b"PK\x03\x04", hostile.PLACE.encode()):
                assert word not in content, one.file.name
