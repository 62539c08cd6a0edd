"""Letting files in: by a posted form, in parts by the script; seeing, saving and removing them."""

import re
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from portal.audit.models import AccessEntry
from portal.core.db import writing
from portal.files import service
from portal.files.models import StoredFile
from portal.files.rules import FileState
from tests.files import hostile
from tests.files.web.conftest import Papers
from tests.messages import world as worlds
from tests.messages.world import World
from tests.support.client import PageClient, multipart

Sessions = sessionmaker[Session]
MARK = b"Hyresavi-smultron"


def token(browser: PageClient, papers: Papers) -> str:
    return str(browser.page(papers.url).form("#bilagor").find("input", attrs={"name": "csrf_token"})["value"])  # type: ignore[index]


def sent(browser: PageClient, papers: Papers, form_token: str, *files: tuple[bytes, str]) -> TestResponse:
    """Post a form with files."""
    posted = [("files", content, name) for content, name in files]
    return browser.post(papers.url, **multipart({"csrf_token": form_token}, *posted))


def post(browser: PageClient, papers: Papers, *files: tuple[bytes, str]) -> TestResponse:
    return sent(browser, papers, token(browser, papers), *files)


def rows(sessions: Sessions) -> list[StoredFile]:
    with sessions() as session:
        return list(session.scalars(select(StoredFile).order_by(StoredFile.id)))


def texts(browser: PageClient, papers: Papers) -> list[str]:
    return [row.get_text(" ", strip=True) for row in browser.page(papers.url).soup.select(".i-filerow")]


def test_several_files_in_one_form_each_get_a_row(
    mariam: PageClient, papers: Papers, sessions: Sessions, check: Callable[[], int]
) -> None:
    answer = post(
        mariam,
        papers,
        (hostile.jpeg(turned=True), "IMG_1.jpg"),
        (hostile.archive(), "brev.docx"),
        (b"", "tom.pdf"),
        (b"x" * 3_000_001, "stor.pdf"),
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, papers.url)
    assert texts(mariam, papers) == [
        "IMG_1.jpg Kontrolleras. Du kan gå vidare. Ta bort IMG_1.jpg",
        "brev.docx Kontrolleras. Du kan gå vidare. Ta bort brev.docx",
        "tom.pdf Filen är tom. Välj den igen eller fota. Ta bort tom.pdf",
        "stor.pdf Filen är för stor. Dela upp den eller fota sidorna. Ta bort stor.pdf",
    ]
    assert check() == 2
    assert [text.partition(" ")[2].partition(" Ta bort")[0] for text in texts(mariam, papers)[:2]] == [
        "Klar. 1 kB",
        "Den här sorten går inte. Spara som pdf eller fota.",
    ]


def test_a_row_asks_until_it_is_checked(
    mariam: PageClient, papers: Papers, sessions: Sessions, check: Callable[[], int]
) -> None:
    post(mariam, papers, (hostile.jpeg(), "a.jpg"))
    row = mariam.page(papers.url).soup.select_one(".i-filerow")
    assert row is not None
    url = str(row["hx-get"])
    assert 'hx-trigger="every 2s"' in mariam.get(url, headers={"HX-Request": "true"}).text
    check()
    done = mariam.get(url, headers={"HX-Request": "true"}).text
    assert "hx-get" not in done
    assert "Klar." in done


def begin(browser: PageClient, papers: Papers, size: int, name: str = "a.pdf") -> TestResponse:
    data = {"csrf_token": token(browser, papers), "upload_name": name, "upload_size": str(size), "upload_type": "x/y"}
    return browser.post(papers.url, data=data, headers={"HX-Request": "true"})


def send(browser: PageClient, papers: Papers, url: str, start: object, part: bytes) -> TestResponse:
    headers = {"X-CSRFToken": token(browser, papers), "HX-Request": "true", "Upload-Offset": str(start)}
    return browser.post(url, data=part, headers=headers, content_type="application/octet-stream")


def test_the_script_sends_parts_and_goes_on_where_the_line_broke(
    mariam: PageClient, papers: Papers, sessions: Sessions, check: Callable[[], int]
) -> None:
    whole = hostile.plain_pdf(3)
    begun = begin(mariam, papers, len(whole))
    assert "progress" in begun.text
    assert "Laddas upp, 0 procent" in begun.text
    url = begun.headers["Upload-Part"]
    assert send(mariam, papers, url, 0, whole[:500]).headers["Upload-Offset"] == "500"
    # The answer was lost, and the part is sent again.
    again = send(mariam, papers, url, 0, whole[:500])
    assert (again.status_code, again.headers["Upload-Offset"]) == (409, "500")
    last = send(mariam, papers, url, 500, whole[500:])
    assert (last.status_code, last.headers["Upload-State"]) == (200, "checking")
    assert "Kontrolleras" in last.text
    late = send(mariam, papers, url, 500, whole[500:])
    assert (late.status_code, late.headers["Upload-State"]) == (409, "checking")
    check()
    assert [row.state for row in rows(sessions)] == [FileState.READY]


def test_a_broken_off_upload_says_so(mariam: PageClient, papers: Papers) -> None:
    begin(mariam, papers, 5000)
    assert texts(mariam, papers) == ["a.pdf Uppladdningen avbröts. Välj filen igen. Ta bort a.pdf"]


@pytest.mark.parametrize(
    ("size", "text"), [(0, "Filen är tom."), (3_000_001, "Filen är för stor."), (200_000_000, "Filen är för stor.")]
)
def test_what_may_not_come_is_refused_when_it_is_announced(
    mariam: PageClient, papers: Papers, size: int, text: str
) -> None:
    answer = begin(mariam, papers, size)
    assert (answer.status_code, answer.headers["Upload-Part"]) == (200, "")
    assert text in answer.text


@pytest.mark.parametrize("size", ["-1", "x", "", "٣", "9" * 30])
def test_an_announcement_that_is_no_number_is_refused(mariam: PageClient, papers: Papers, size: str) -> None:
    data = {"csrf_token": token(mariam, papers), "upload_name": "a", "upload_size": size}
    assert mariam.post(papers.url, data=data).status_code == 422


@pytest.mark.parametrize("start", ["x", "-1", ""])
def test_a_part_that_does_not_say_where_it_begins_is_refused(mariam: PageClient, papers: Papers, start: str) -> None:
    url = begin(mariam, papers, 10).headers["Upload-Part"]
    assert send(mariam, papers, url, start, b"x").status_code == 422
    assert send(mariam, papers, url, 0, b"").status_code == 422


def test_a_part_that_is_too_large_is_refused(mariam: PageClient, papers: Papers) -> None:
    url = begin(mariam, papers, 3_000_000).headers["Upload-Part"]
    assert send(mariam, papers, url, 0, b"x" * (service.PART_BYTES + 1)).status_code == 413


def test_a_file_is_given_to_be_saved_and_runs_nothing(
    mariam: PageClient, papers: Papers, check: Callable[[], int]
) -> None:
    post(mariam, papers, (hostile.plain_pdf(), "hyra åäö; x.pdf"))
    check()
    link = mariam.page(papers.url).soup.select_one(".i-filerow a")
    assert link is not None
    answer = mariam.get(str(link["href"]))
    assert answer.data.startswith(b"%PDF-")
    assert answer.content_length == len(answer.data)
    assert answer.content_type == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename")
    assert "\n" not in answer.headers["Content-Disposition"]
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_file_is_removed_with_and_without_the_script(mariam: PageClient, papers: Papers, sessions: Sessions) -> None:
    post(mariam, papers, (hostile.jpeg(), "a.jpg"), (hostile.jpeg(), "b.jpg"))
    page = mariam.page(papers.url)
    first, second = page.soup.select(".i-filerow button")
    form = {"csrf_token": token(mariam, papers), "next": papers.url}
    answer = mariam.post(str(first["formaction"]), data=form)
    assert (answer.status_code, answer.headers["Location"]) == (303, papers.url)
    assert (first["form"], page.soup.select_one("#ta-bort-fil input[name=next]")["value"]) == (
        "ta-bort-fil",
        papers.url,
    )  # type: ignore[index]
    answer = mariam.post(str(second["hx-post"]), data=form, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.data) == (200, b"")
    assert {row.state for row in rows(sessions)} == {FileState.REMOVED}


def test_another_persons_files_do_not_exist(
    mariam: PageClient, papers: Papers, app: Flask, sessions: Sessions, world: World, check: Callable[[], int]
) -> None:
    post(mariam, papers, (hostile.jpeg(), "a.jpg"))
    check()
    (file,) = rows(sessions)
    tor: PageClient = app.test_client()  # type: ignore[assignment]
    worlds.sign_in(sessions, tor, world.client(world.tor))
    csrf = str(tor.page("/idag").soup.select_one("input[name=csrf_token]")["value"])  # type: ignore[index]
    for path in ("", "/rad"):
        assert tor.get(f"/filer/{file.id}{path}").status_code == 404
    headers = {"X-CSRFToken": csrf, "Upload-Offset": "0"}
    for path in ("/ta-bort", "/del"):
        answer = tor.post(
            f"/filer/{file.id}{path}", data=b"x", headers=headers, content_type="application/octet-stream"
        )
        assert answer.status_code == 404
    assert tor.post(papers.url, data={"csrf_token": csrf, "upload_size": "5"}).status_code == 404
    assert tor.get(f"/filer/{uuid.uuid4()}").status_code == 404
    assert rows(sessions)[0].state is FileState.READY


def test_staff_get_what_was_handed_over_and_it_is_logged(
    mariam: PageClient,
    papers: Papers,
    staff_app: Flask,
    staff_client: PageClient,
    app: Flask,
    sessions: Sessions,
    world: World,
    check: Callable[[], int],
) -> None:
    post(mariam, papers, (hostile.jpeg(), "a.jpg"))
    check()
    (file,) = rows(sessions)
    staff_app.extensions["insyn.vault"] = app.extensions["insyn.vault"]
    worlds.sign_in(sessions, staff_client, world.staff(world.petra))
    assert staff_client.get(f"/filer/{file.id}").status_code == 404
    with writing(sessions) as session:
        service.hand_over(session, world.client(world.mariam), [file.id], case_id=world.money)
    assert staff_client.get(f"/filer/{file.id}").data.startswith(b"\xff\xd8\xff")
    with sessions() as session:
        (entry,) = session.scalars(select(AccessEntry))
        assert (entry.what, entry.object_id, entry.subject_id) == ("file", file.id, world.mariam)


def test_without_a_session_nothing_of_the_body_is_taken(client: PageClient, papers: Papers, sessions: Sessions) -> None:
    """Whoever isn't signed in is sent to sign in, however much they send."""
    answer = sent(client, papers, "x", (b"x" * 5_000_000, "a.pdf"))
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/logga-in")
    assert rows(sessions) == []


def test_only_routes_that_say_so_take_large_bodies(mariam: PageClient, papers: Papers) -> None:
    large = {"csrf_token": "x", "text": "x" * 3_000_000}
    assert mariam.post("/meddelanden/" + str(uuid.uuid4()), data=large).status_code == 413


def test_too_much_at_once_is_told_in_words_that_help(mariam: PageClient, papers: Papers, app: Flask) -> None:
    kit = app.extensions["insyn.web"]
    kit.bodies["papers.upload"] = lambda _settings: 1_000_000
    answer = post(mariam, papers, (b"x" * 1_100_000, "a.pdf"))
    assert answer.status_code == 413
    assert "skicka en i taget" in answer.text


def test_a_form_without_its_token_takes_nothing(mariam: PageClient, papers: Papers, sessions: Sessions) -> None:
    answer = sent(mariam, papers, "forged", (b"x", "a.pdf"))
    assert answer.status_code == 400
    assert rows(sessions) == []


def test_nothing_of_an_upload_is_readable_on_the_disk(
    mariam: PageClient, papers: Papers, sessions: Sessions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server's own temporary files are searched, too, while the body is taken in."""
    seen: list[bytes] = []
    put = service.Vault.put

    def looking(self: service.Vault, file_id: uuid.UUID, content: Iterator[bytes], *, most: int) -> service.Sealed:
        seen.extend(Path(f"/proc/self/fd/{fd}").read_bytes() for fd in open_files())
        return put(self, file_id, content, most=most)

    monkeypatch.setattr(service.Vault, "put", looking)
    answer = post(mariam, papers, (b"%PDF-1.7 " + MARK * 50_000, f"{MARK.decode()}.pdf"))
    assert answer.status_code == 303
    assert any(len(content) > 500_000 for content in seen), "the temporary file was not found"
    stored = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    for content in (*seen, *stored):
        assert MARK not in content
    assert rows(sessions)[0].received > 800_000


def open_files() -> list[int]:
    """Return the handles of this process's temporary files, which have no name any more."""
    found = []
    for link in Path("/proc/self/fd").iterdir():
        try:
            target = str(link.readlink())
        except FileNotFoundError:
            continue
        if re.match(r"/(tmp|var/tmp)/.*\(deleted\)$", target):
            found.append(int(link.name))
    return found
