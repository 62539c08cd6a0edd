"""PDF documents are read and written anew: without scripts, actions, attachments, or anything around them."""

import io
from collections.abc import Iterator
from typing import Any

import pikepdf

from portal.files.cleaning.verdict import Clean, Refused

# Keys that run, fetch, send or carry something (ISO 32000-2: 12.6 actions, 7.11.4 embedded files, 12.7.8 XFA).
_ACTIVE = frozenset(
    {
        *("/AA", "/OpenAction", "/JS", "/JavaScript", "/XFA", "/Next", "/PA"),
        *("/EmbeddedFiles", "/EF", "/AF", "/Collection", "/RichMediaContent", "/RichMediaSettings", "/3DD", "/Movie"),
        *("/AlternatePresentations", "/Renditions", "/PieceInfo"),
    }
)
# An action may lead elsewhere in the document, nothing else.
_ACTIONS = frozenset({"/GoTo"})
_ANNOTATIONS = frozenset(
    {
        *("/Link", "/Text", "/FreeText", "/Line", "/Square", "/Circle", "/Polygon", "/PolyLine", "/Highlight"),
        *("/Underline", "/Squiggly", "/StrikeOut", "/Stamp", "/Caret", "/Ink", "/Popup", "/Widget", "/Redact"),
    }
)
_DEPTH = 60


def clean_pdf(content: bytes, pages: int) -> Clean:
    """Return a document written anew.

    Restrictions on printing and changing go, for they don't keep anyone from reading.

    :raises Refused: it needs a password, can't be read, or has more than ``pages``.
    """
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            count = len(pdf.pages)
            if count > pages:
                raise Refused("too_many_pages")
            if count == 0:
                raise Refused("unreadable")
            _scrub(pdf)
            out = io.BytesIO()
            pdf.save(out, encryption=False, deterministic_id=True, fix_metadata_version=False)
        with pikepdf.open(io.BytesIO(out.getvalue())) as written:
            # What could not be taken away, or came back to light only now, is not let in.
            if len(written.pages) != count or _scrub(written):
                raise Refused("unreadable")
    except pikepdf.PasswordError:
        raise Refused("locked") from None
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, AttributeError, RecursionError, NotImplementedError):
        raise Refused("unreadable") from None
    return Clean("application/pdf", out.getvalue(), count)


def warm() -> None:
    """Load what the library loads at its first use; in the cage there are no files."""
    made = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(made, encryption=pikepdf.Encryption(owner="owner"))
    clean_pdf(made.getvalue(), 1)


def _scrub(pdf: pikepdf.Pdf) -> int:
    """Take away what is active and return how much it was."""
    found = _scrub_annotations(pdf)
    for dictionary in _dictionaries(pdf):
        for key in [key for key in dictionary.keys() if key in _ACTIVE or _leads_out(key, dictionary)]:  # noqa: SIM118 - not a dict
            del dictionary[key]
            found += 1
    return found


def _leads_out(key: str, dictionary: Any) -> bool:
    value = dictionary.get(key)
    if key == "/A":  # an action; of a structure element it is something else, and has no /S
        return isinstance(value, pikepdf.Dictionary) and "/S" in value and str(value["/S"]) not in _ACTIONS
    if key == "/F":  # of a stream: its data lie in another file; of an annotation it is a number
        return isinstance(dictionary, pikepdf.Stream) and isinstance(value, (pikepdf.Dictionary, pikepdf.String, str))
    return False


def _scrub_annotations(pdf: pikepdf.Pdf) -> int:
    found = 0
    for page in pdf.pages:
        annotations = page.obj.get("/Annots")
        if not isinstance(annotations, pikepdf.Array):
            continue
        kept = [one for one in annotations if isinstance(one, pikepdf.Dictionary) and _harmless(one)]
        if len(kept) < len(annotations):
            found += len(annotations) - len(kept)
            page.obj["/Annots"] = pikepdf.Array(kept)
    return found


def _harmless(annotation: Any) -> bool:
    return str(annotation.get("/Subtype", "")) in _ANNOTATIONS


def _dictionaries(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """Yield every dictionary, also the ones inside others, and those of streams."""
    yield from _inside(pdf.trailer, 0)
    for obj in pdf.objects:
        yield from _inside(obj, 0)


def _inside(obj: Any, depth: int) -> Iterator[Any]:
    if depth > _DEPTH:
        raise Refused("unreadable")
    if isinstance(obj, (pikepdf.Dictionary, pikepdf.Stream)):
        yield obj
        children = [obj.get(key) for key in list(obj.keys())]
    elif isinstance(obj, pikepdf.Array):
        children = list(obj)
    else:
        return
    for child in children:
        # Indirect objects come by themselves; following them would go round in circles.
        if isinstance(child, pikepdf.Object) and not child.is_indirect:
            yield from _inside(child, depth + 1)
