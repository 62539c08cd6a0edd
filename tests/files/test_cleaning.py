"""Hostile files become harmless ones or are refused; good ones stay readable."""

import io
import json
import subprocess
import sys
import textwrap

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from portal.core.caged import TookTooLong
from portal.files import sandbox
from portal.files.kinds import Sort, sort_of
from portal.files.rules import FileKind, Limits, Refusal
from portal.files.sandbox import Budget, Cleaned, clean
from tests.files import hostile
from tests.files.conftest import LIMITS


def cleaned(content: bytes, limits: Limits = LIMITS) -> Cleaned:
    found = clean(content, limits)
    assert isinstance(found, Cleaned), found
    return found


def refused(content: bytes, limits: Limits = LIMITS) -> Refusal:
    found = clean(content, limits)
    assert isinstance(found, Refusal)
    return found


def picture(content: bytes) -> Image.Image:
    made = Image.open(io.BytesIO(content))
    made.load()
    return made


def test_a_photo_is_turned_upright_and_tells_nothing_of_where_it_was_taken() -> None:
    original = hostile.jpeg(60, 40, turned=True, comment=b"HOSTILE")
    assert hostile.PLACE.encode() in original
    found = cleaned(original)
    assert found.kind is FileKind.JPEG
    made = picture(found.content)
    assert made.size == (60, 40)
    assert made.getpixel((30, 5))[0] > 200
    assert made.getpixel((30, 35))[2] > 200
    assert (dict(made.getexif()), made.info.get("comment"), made.info.get("icc_profile")) == ({}, None, None)
    assert not {b for b in (b"HOSTILE", hostile.PLACE.encode(), b"Exif") if b in found.content}


@pytest.mark.parametrize("tail", [hostile.MARK, hostile.archive(), b"%PDF-1.7 x"], ids=["mark", "archive", "pdf"])
def test_what_hangs_on_a_picture_goes(tail: bytes) -> None:
    """Polyglots: a photo that is a page, an archive or a document as well."""
    for content in (hostile.jpeg() + tail, hostile.png() + tail, hostile.jpeg(comment=tail[:60_000])):
        found = cleaned(content)
        assert tail not in found.content
        assert tail[:12] not in found.content


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_sort_of_png_stays_a_png(mode: str) -> None:
    found = cleaned(hostile.png(mode, text="HOSTILE"))
    assert found.kind is FileKind.PNG
    assert b"HOSTILE" not in found.content
    assert picture(found.content).size == (30, 20)


@pytest.mark.parametrize(("mode", "kind"), [("RGB", FileKind.JPEG), ("RGBA", FileKind.PNG)])
def test_webp_becomes_what_every_office_can_show(mode: str, kind: FileKind) -> None:
    assert cleaned(hostile.webp(mode)).kind is kind


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(hostile.image_bomb(), Refusal.TOO_MANY_PIXELS, id="image-bomb"),
        pytest.param(
            hostile.image_bomb(1900), Refusal.UNREADABLE, id="no-such-picture"
        ),  # within the limit, but there is no such picture
        pytest.param(hostile.jpeg()[:-200], Refusal.UNREADABLE, id="cut-jpeg"),
        pytest.param(b"\xff\xd8\xff" + b"\0" * 500, Refusal.UNREADABLE, id="empty-jpeg"),
        pytest.param(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", Refusal.HEIC, id="heic"),
        pytest.param(hostile.archive(), Refusal.WRONG_KIND, id="archive"),
        pytest.param(hostile.archive(50_000_000), Refusal.WRONG_KIND, id="archive-bomb"),
        pytest.param(b"MZ\x90\0", Refusal.WRONG_KIND, id="program"),
        pytest.param(hostile.MARK, Refusal.WRONG_KIND, id="mark"),
        pytest.param(b"GIF89a" + b"\0" * 100, Refusal.WRONG_KIND, id="gif"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'/>", Refusal.WRONG_KIND, id="svg"),
        pytest.param(b"x", Refusal.WRONG_KIND, id="one-byte"),
        pytest.param(b"%PDF-1.7", Refusal.UNREADABLE, id="pdf-head"),
        pytest.param(b"%PDF-1.7\n" + bytes(range(256)) * 50, Refusal.UNREADABLE, id="pdf-garbage"),
        pytest.param(hostile.plain_pdf(LIMITS.pages + 1), Refusal.TOO_MANY_PAGES, id="too-many-pages"),
        pytest.param(hostile.locked("hemligt"), Refusal.LOCKED, id="locked"),
        pytest.param(hostile.nested(), Refusal.UNREADABLE, id="nested"),
    ],
)
def test_what_is_refused_and_why(content: bytes, reason: Refusal) -> None:
    assert refused(content) is reason


def test_a_document_stays_readable() -> None:
    found = cleaned(hostile.plain_pdf(3))
    with pikepdf.open(io.BytesIO(found.content)) as made:
        assert len(made.pages) == 3
        made.pages[2].contents_coalesce()
        assert b"Hyresavi" in made.pages[2].Contents.read_bytes()


def test_a_document_that_only_forbids_changes_is_taken_in_without_its_lock() -> None:
    found = cleaned(hostile.locked(""))
    with pikepdf.open(io.BytesIO(found.content)) as made:
        assert not made.is_encrypted


@pytest.mark.parametrize(
    "content",
    [
        hostile.script_on_opening(),
        hostile.scripts_everywhere(),
        hostile.launch(),
        hostile.embedded_file(),
        hostile.sends_elsewhere(),
        hostile.data_elsewhere(),
    ],
    ids=["on opening", "everywhere", "launch", "embedded", "elsewhere", "data elsewhere"],
)
def test_what_is_active_in_a_document_goes_and_the_text_stays(content: bytes) -> None:
    found = cleaned(content)
    with pikepdf.open(io.BytesIO(found.content)) as made:
        assert len(made.pages) == 1
        # Written without packing, so that nothing can hide from the search.
        plain = hostile.saved(
            made,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            stream_decode_level=pikepdf.StreamDecodeLevel.all,
            compress_streams=False,
        )
    assert b"Hyresavi" in plain
    for word in (b"HOSTILE", b"JavaScript", b"/JS", b"/Launch", b"/EmbeddedFile", b"/EF", b"/AA", b"/XFA", b"/URI"):
        assert word not in plain, word


def test_what_stands_around_a_document_goes() -> None:
    found = cleaned(hostile.MARK + hostile.plain_pdf() + hostile.archive())
    assert found.content.startswith(b"%PDF-")
    assert hostile.MARK not in found.content
    assert b"PK\x03\x04" not in found.content


def test_the_same_file_becomes_the_same_content() -> None:
    """A check that was interrupted and done again must not change the checksum."""
    for content in (hostile.jpeg(), hostile.png(), hostile.scripts_everywhere()):
        assert cleaned(content) == cleaned(content)


@pytest.mark.slow
def test_a_document_that_unpacks_without_end_is_refused_within_its_memory() -> None:
    assert refused(hostile.stream_bomb()) is Refusal.UNREADABLE


def test_a_process_that_takes_too_long_is_killed() -> None:
    with pytest.raises(TookTooLong):
        clean(hostile.jpeg(), LIMITS, Budget(patience=0.01))


def test_a_process_that_gets_too_little_memory_refuses() -> None:
    big = hostile.jpeg(1900, 1900)
    assert cleaned(big).kind is FileKind.JPEG
    assert clean(big, LIMITS, Budget(memory=60_000_000)) is Refusal.UNREADABLE


@given(
    st.binary(max_size=300), st.sampled_from([b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF0000WEBP", b"%PDF-1.7\n"])
)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_rubbish_is_refused_whatever_it_begins_with(rubbish: bytes, head: bytes) -> None:
    assert refused(head + rubbish) is Refusal.UNREADABLE


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\n",
        b"no json\n",
        b"[]\n",
        b'{"media_type": "text/html"}\n<script>',
        b'{"media_type": "image/jpeg"}\n<script>',
        b'{"refused": "because"}\n',
        b'{"media_type": "application/pdf"}\nMZ',
    ],
)
def test_a_process_that_was_taken_over_is_not_believed(answer: bytes) -> None:
    assert sandbox._verdict(answer) is Refusal.UNREADABLE


def test_the_cage_leaves_no_files_no_network_and_no_other_process(tmp_path: object) -> None:
    tried = """
        import json, os, socket, subprocess, sys
        from portal.core import cage
        cage.lock(1 << 30, 10)
        def outcome(what):
            try:
                what()
            except OSError as error:
                return type(error).__name__
            return "done"
        print(json.dumps([
            outcome(lambda: open("/etc/passwd")),
            outcome(lambda: open("/proc/%d/environ" % os.getppid())),
            outcome(lambda: os.listdir("/")),
            outcome(lambda: open("/tmp/x", "w")),
            outcome(lambda: socket.create_connection(("127.0.0.1", 9), 1)),
            outcome(lambda: subprocess.run(["/bin/true"])),
        ]))
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(tried)], capture_output=True, text=True, check=True, env={}
    )
    assert "done" not in json.loads(done.stdout)


def test_the_process_gets_no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its environment is empty: a parser that was taken over finds no key."""
    monkeypatch.setenv("INSYN_ENCRYPTION_KEYS", "1:secret")
    seen: list[dict[str, str]] = []
    started = subprocess.Popen

    class Watching(started):  # type: ignore[type-arg, misc, valid-type]
        def __init__(self, *args: object, **kwargs: object) -> None:
            seen.append(kwargs["env"])  # type: ignore[arg-type]
            super().__init__(*args, **kwargs)

    monkeypatch.setattr(subprocess, "Popen", Watching)
    cleaned(hostile.jpeg())
    assert seen == [{"LC_ALL": "C.UTF-8"}]


def test_the_sort_is_told_by_content_alone() -> None:
    assert sort_of(b"RIFF....WAVE") is Sort.OTHER
    assert sort_of(b"x" * 1000 + b"%PDF-1.7") is Sort.PDF
    assert sort_of(b"x" * 1020 + b"%PDF-1.7") is Sort.OTHER
    assert sort_of(b"\0\0\0\x18ftypavif") is Sort.OTHER
    assert sort_of(b"") is Sort.OTHER
