"""What is refused before any cryptography, and that it is refused fast."""

import base64
import time
import zlib
from collections.abc import Callable

import pytest
from lxml import etree

from portal.identity.saml import Refusal, SamlRefused
from portal.identity.saml.redirect import read_signed_query
from portal.identity.saml.xml_reader import instant, parse
from tests.identity.saml import forge
from tests.identity.saml.edits import attribute, comment, insert, instruction
from tests.identity.saml.query import signed_query
from tests.identity.saml.scene import Scene

HEAD = f'<samlp:Response xmlns:samlp="{forge.SAMLP}" ID="a" Version="2.0">'
TAIL = "</samlp:Response>"
BOMB = "".join(
    f'<!ENTITY {name} "{f"&{before};" * 10 if before else "ha" * 10}">'
    for before, name in zip(" abcdefgh", "abcdefghi", strict=True)
).replace("& ;", "ha")


def encode(text: str | bytes) -> str:
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


def nested(depth: int) -> str:
    return HEAD + "<a>" * depth + "</a>" * depth + TAIL


def attributes(count: int) -> str:
    return HEAD.replace('ID="a"', 'ID="a" ' + " ".join(f'a{number}=""' for number in range(count))) + TAIL


RAW: list[tuple[str, Callable[[], str], Refusal]] = [
    ("empty", lambda: "", Refusal.EMPTY),
    ("blank", lambda: " \r\n ", Refusal.EMPTY),
    ("ten-megabytes", lambda: "A" * 10_000_000, Refusal.TOO_LARGE),
    ("one-byte-too-many", lambda: "A" * (256 * 1024 + 1), Refusal.TOO_LARGE),
    ("not-base64", lambda: "<Response/>", Refusal.NOT_BASE64),
    ("base64url", lambda: "--__", Refusal.NOT_BASE64),
    ("bad-padding", lambda: "QUJD=QUJD", Refusal.NOT_BASE64),
    ("not-ascii", lambda: "ÅÄÖ=", Refusal.NOT_BASE64),
    ("nul", lambda: "QUJD\x00", Refusal.NOT_BASE64),
    ("not-xml", lambda: encode("hello"), Refusal.NOT_XML),
    ("cut-short", lambda: encode(HEAD), Refusal.NOT_XML),
    ("two-roots", lambda: encode(HEAD + TAIL + HEAD + TAIL), Refusal.NOT_XML),
    ("nothing-inside", lambda: encode(b"\n"), Refusal.NOT_XML),
    ("deflated", lambda: encode(zlib.compress((HEAD + TAIL).encode())), Refusal.ENCODING),
    ("utf-16", lambda: encode((HEAD + TAIL).encode("utf-16")), Refusal.ENCODING),
    ("utf-16-in-disguise", lambda: encode((HEAD + TAIL).encode("utf-16-le")), Refusal.ENCODING),
    ("declared-latin-1", lambda: encode('<?xml version="1.0" encoding="iso-8859-1"?>' + HEAD + TAIL), Refusal.ENCODING),
    ("declared-utf-7", lambda: encode('<?xml version="1.0" encoding="utf-7"?>' + HEAD + TAIL), Refusal.ENCODING),
    (
        "dtd-hidden-by-utf-7",
        lambda: encode(
            '<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE a SYSTEM "file:///dev/zero">' + HEAD + TAIL
        ),
        Refusal.ENCODING,
    ),
    (
        "utf-7-after-a-mark",
        lambda: encode("\ufeff<?xml version='1.0' encoding = 'utf-7' ?>" + HEAD + TAIL),
        Refusal.ENCODING,
    ),
    ("blanks", lambda: encode(" " * 190_000 + "<?xml"), Refusal.NOT_XML),
    ("encodings", lambda: encode("<?xml " + "encoding " * 20_000 + ">"), Refusal.NOT_XML),
    ("doctype", lambda: encode("<!DOCTYPE a>" + HEAD + TAIL), Refusal.DTD),
    ("external-dtd", lambda: encode('<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd">' + HEAD + TAIL), Refusal.DTD),
    ("entity-bomb", lambda: encode(f"<!DOCTYPE a [{BOMB}]>{HEAD}&i;{TAIL}"), Refusal.DTD),
    (
        "external-entity",
        lambda: encode(f'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>{HEAD}&x;{TAIL}'),
        Refusal.DTD,
    ),
    (
        "parameter-entity",
        lambda: encode(f'<!DOCTYPE a [<!ENTITY % x SYSTEM "file:///dev/zero"> %x;]>{HEAD}{TAIL}'),
        Refusal.DTD,
    ),
    ("unknown-entity", lambda: encode(f"{HEAD}&x;{TAIL}"), Refusal.NOT_XML),
    ("comment", lambda: encode(f"{HEAD}<!-- x -->{TAIL}"), Refusal.COMMENT_OR_INSTRUCTION),
    ("comment-before", lambda: encode(f"<!-- x -->{HEAD}{TAIL}"), Refusal.COMMENT_OR_INSTRUCTION),
    ("comment-after", lambda: encode(f"{HEAD}{TAIL}<!-- x -->"), Refusal.COMMENT_OR_INSTRUCTION),
    ("instruction", lambda: encode(f"{HEAD}<?x y?>{TAIL}"), Refusal.COMMENT_OR_INSTRUCTION),
    (
        "style-sheet",
        lambda: encode(f'<?xml-stylesheet href="http://127.0.0.1:9/"?>{HEAD}{TAIL}'),
        Refusal.COMMENT_OR_INSTRUCTION,
    ),
    ("deep", lambda: encode(nested(41)), Refusal.TOO_COMPLEX),
    ("very-deep", lambda: encode(nested(25_000)), Refusal.NOT_XML),
    ("wide", lambda: encode(HEAD + "<a/>" * 40_000 + TAIL), Refusal.TOO_COMPLEX),
    ("many-attributes", lambda: encode(attributes(18_000)), Refusal.TOO_COMPLEX),
    (
        "many-namespaces",
        lambda: encode(HEAD + "<a " + " ".join(f"xmlns:n{n}='c'" for n in range(7_000)) + "/>" + TAIL),
        Refusal.TOO_COMPLEX,
    ),
    ("long-text", lambda: encode(HEAD + "x" * 190_000 + TAIL), Refusal.RESPONSE_NOT_SIGNED),
    (
        "another-message",
        lambda: encode(HEAD.replace("Response", "LogoutResponse") + "</samlp:LogoutResponse>"),
        Refusal.WRONG_MESSAGE,
    ),
    ("another-namespace", lambda: encode(HEAD.replace(forge.SAMLP, "urn:x") + TAIL), Refusal.WRONG_MESSAGE),
    (
        "an-assertion-alone",
        lambda: encode(f'<a:Assertion xmlns:a="{forge.SAML}" ID="a" Version="2.0"/>'),
        Refusal.WRONG_MESSAGE,
    ),
    ("version-1", lambda: encode(HEAD.replace('Version="2.0"', 'Version="1.1"') + TAIL), Refusal.VERSION),
    ("no-id", lambda: encode(HEAD.replace('ID="a"', "") + TAIL), Refusal.MISSING_ID),
    ("empty-id", lambda: encode(HEAD.replace('ID="a"', 'ID=""') + TAIL), Refusal.MISSING_ID),
    ("nothing-signed", lambda: encode(HEAD + TAIL), Refusal.RESPONSE_NOT_SIGNED),
]
_NS = f'xmlns:samlp="{forge.SAMLP}" xmlns:saml="{forge.SAML}"'
EDITED: list[tuple[str, forge.Edit, Refusal]] = [
    ("comment-in-issuer", comment("./saml:Issuer", 8), Refusal.COMMENT_OR_INSTRUCTION),
    ("comment-in-digest", comment("//ds:DigestValue", 8), Refusal.COMMENT_OR_INSTRUCTION),
    ("instruction-in-status", instruction("./samlp:Status"), Refusal.COMMENT_OR_INSTRUCTION),
    ("extensions", insert(".", f"<samlp:Extensions {_NS}/>", 1), Refusal.UNEXPECTED_ELEMENT),
    ("foreign-child", insert(".", "<x/>"), Refusal.UNEXPECTED_ELEMENT),
    ("response-in-response", insert("./samlp:Status", f'<samlp:Response {_NS} ID="y"/>'), Refusal.UNEXPECTED_ELEMENT),
    ("assertion-in-status", insert("./samlp:Status", f'<saml:Assertion {_NS} ID="y"/>'), Refusal.UNEXPECTED_ELEMENT),
    ("version-changed", attribute(".", "Version", "2.00"), Refusal.VERSION),
]
# An edit the provider signs.
HEADERS: list[tuple[str, forge.Edit, Refusal]] = [
    ("no-issue-instant", attribute(".", "IssueInstant", None), Refusal.TIME_FORMAT),
    ("odd-issue-instant", attribute(".", "IssueInstant", "now"), Refusal.TIME_FORMAT),
    (
        "two-issuers",
        insert(".", f"<saml:Issuer {_NS}>https://idp.example.se/idp</saml:Issuer>"),
        Refusal.RESPONSE_ISSUER,
    ),
]


@pytest.mark.parametrize(("make", "reason"), [pytest.param(*rest, id=name) for name, *rest in RAW])
def test_rubbish_is_refused_at_once(scene: Scene, make: Callable[[], str], reason: Refusal) -> None:
    encoded = make()
    began = time.process_time()
    assert scene.refusal(encoded) is reason
    assert time.process_time() - began < 1


@pytest.mark.parametrize(("edit", "reason"), [pytest.param(*rest, id=name) for name, *rest in EDITED])
def test_shapes_that_are_not_the_profiles(scene: Scene, edit: forge.Edit, reason: Refusal) -> None:
    assert scene.refusal(forge.issue(scene.answer(edit_signed=edit))) is reason


@pytest.mark.parametrize(("edit", "reason"), [pytest.param(*rest, id=name) for name, *rest in HEADERS])
def test_odd_headers_though_signed(scene: Scene, edit: forge.Edit, reason: Refusal) -> None:
    assert scene.refusal(forge.issue(scene.answer(edit_response=edit))) is reason


def test_the_largest_message_within_the_limits_is_judged_fast(scene: Scene) -> None:
    def grow(response: etree._Element) -> None:
        holder = response.find(f"{{{forge.SAMLP}}}Status")
        assert holder is not None
        for number in range(2_800):
            child = etree.SubElement(holder, "x")
            child.attrib.update({f"a{letter}": str(number) for letter in range(8)})

    encoded = forge.issue(scene.answer(edit_signed=grow))
    began = time.process_time()
    assert scene.refusal(encoded) in {Refusal.BAD_SIGNATURE, Refusal.TOO_LARGE}
    assert time.process_time() - began < 1


@pytest.mark.parametrize("text", ["2026-11-22T10:00:00Z", "2026-11-22T10:00:00.123456789Z"])
def test_digits_of_seconds_do_not_matter(text: str) -> None:
    assert instant(text).isoformat().startswith("2026-11-22T10:00:00")


def test_the_reader_opens_nothing() -> None:
    with pytest.raises(SamlRefused) as caught:
        parse(b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>')
    assert caught.value.reason is Refusal.DTD


def test_an_inflating_bomb_is_bounded(scene: Scene) -> None:
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = compressor.compress(b"<a>" + b" " * 10_000_000) + compressor.flush()
    query = signed_query(scene, "SAMLRequest", bomb)
    began = time.process_time()
    with pytest.raises(SamlRefused) as caught:
        read_signed_query(query, "SAMLRequest", scene.idp.signing_certs)
    assert caught.value.reason is Refusal.TOO_LARGE
    assert time.process_time() - began < 1
