"""Whether a file is a PDF/A-3a, as far as it can be told by reading its objects: ISO 19005-3:2012, clause by clause.

No validator of the whole standard is to be had from the registries that the project uses, so this checks what a
generator, or a signature that is added later, can get wrong: versions, metadata, output intent, fonts, annotations,
forms, actions, attached files, structure. What it leaves out: the content of fonts (widths, glyphs), which typst checks
itself, and colors of content streams, which are all in the space of the output intent or gray.
"""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any, Final

from lxml import etree
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

_ID: Final = "{http://www.aiim.org/pdfa/ns/id/}"
_XMP: Final = "{http://ns.adobe.com/xap/1.0/}"
_RDF: Final = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_DC: Final = "{http://purl.org/dc/elements/1.1/}"
ACTIONS: Final = frozenset({"/GoTo", "/URI", "/Named", "/GoToR"})
ANNOTATIONS: Final = frozenset({"/Link", "/Widget", "/Text", "/FreeText", "/Stamp"})
_PRINT, _UNSEEN = 1 << 2, 1 << 0 | 1 << 1 | 1 << 5 | 1 << 8
"""Flags of annotations (ISO 32000-1, 12.5.3): print; invisible, hidden, no view, toggle no view."""


def faults(pdf: bytes) -> list[str]:
    """Return the clauses of ISO 19005-3 that ``pdf`` breaks, each with what is wrong; none for a sound file."""
    reader = PdfFileReader(BytesIO(pdf))
    dictionaries = list(_dictionaries(reader))
    found = [*_file(pdf, reader), *_metadata(reader), *_catalog(reader.root), *_attached(reader.root)]
    for each in dictionaries:
        found += [*_stream(each), *_font(each), *_annotation(each), *_action(each)]
    return [*found, *_signature(pdf, reader)]


def _dictionaries(reader: PdfFileReader) -> Iterator[generic.DictionaryObject]:
    """Yield every dictionary that can be reached, those of streams among them."""
    seen: set[tuple[int, int]] = set()
    open_: list[Any] = [reader.root_ref, *([reader.trailer.raw_get("/Info")] if "/Info" in reader.trailer else [])]
    while open_:
        value = open_.pop()
        if isinstance(value, generic.IndirectObject | generic.Reference):
            if (value.idnum, value.generation) in seen:
                continue
            seen.add((value.idnum, value.generation))
            value = value.get_object()
        if isinstance(value, generic.DictionaryObject):
            yield value
            open_ += [value.raw_get(name) for name in value]
        elif isinstance(value, generic.ArrayObject):
            open_ += [value.raw_get(at) for at in range(len(value))]


def _at(each: Any, name: str, default: Any = None) -> Any:
    """Return what ``each``, a dictionary, has under ``name``, also where it lies elsewhere."""
    return each[name] if name in each else default  # noqa: SIM401  (its `get` does not look elsewhere)


def _file(pdf: bytes, reader: PdfFileReader) -> Iterator[str]:
    head = re.match(rb"%PDF-1\.[0-7]\r?\n%([^\r\n]*)", pdf)
    if head is None or sum(byte > 127 for byte in head[1]) < 4:
        yield "6.1.2: the header is that of no PDF 1.7"
    if "/Version" in reader.root and str(reader.root["/Version"]) > "/1.7":
        yield "6.1.2: the catalog says that it is a later PDF"
    if "/ID" not in reader.trailer or "/Encrypt" in reader.trailer:
        yield "6.1.3: the trailer has no ID, or is encrypted"
    for name, extension in _at(reader.root, "/Extensions", {}).items():
        if isinstance(extension.get_object(), generic.ArrayObject) or extension["/BaseVersion"] != "/1.7":
            yield f"6.1.2: the extension {name} is of a later PDF"


def _metadata(reader: PdfFileReader) -> Iterator[str]:
    if "/Metadata" not in reader.root:
        yield "6.6.2: no metadata"
        return
    packet = etree.fromstring(reader.root["/Metadata"].data)
    told: dict[str, str] = {}
    for each in packet.iter(f"{_RDF}Description"):
        told |= {str(name): str(value) for name, value in each.attrib.items()}
        told |= {str(one.tag): one.text or "" for one in each}
    if (told.get(f"{_ID}part"), told.get(f"{_ID}conformance")) != ("3", "A"):
        yield "6.6.4: it does not say that it is a PDF/A-3a"
    title = packet.find(f".//{_DC}title//{_RDF}li")
    info = _at(reader.trailer, "/Info", {})
    pairs = [(_at(info, "/Title"), title.text if title is not None else None)]
    pairs += [(_digits(_at(info, "/CreationDate")), _digits(told.get(f"{_XMP}CreateDate")))]
    pairs += [(_digits(_at(info, "/ModDate")), _digits(told.get(f"{_XMP}ModifyDate")))]
    pairs += [(_at(info, "/Creator"), told.get(f"{_XMP}CreatorTool"))]
    for ours, theirs in pairs:
        if ours is not None and ours != theirs:
            yield f"6.6.3: information and metadata differ: {ours}"


def _digits(text: Any) -> str | None:
    return re.sub(r"\D", "", str(text))[:14] if text is not None else None


def _catalog(root: generic.DictionaryObject) -> Iterator[str]:
    intents = [each.get_object() for each in _at(root, "/OutputIntents", ())]
    if not any(each["/S"] == "/GTS_PDFA1" and each["/DestOutputProfile"].data[36:40] == b"acsp" for each in intents):
        yield "6.2.3: no output intent with a profile of colors"
    if "/StructTreeRoot" not in root or not _at(_at(root, "/MarkInfo", {}), "/Marked"):
        yield "6.7: it has no structure"
    if not _at(root, "/Lang"):
        yield "6.7.4: it has no language"
    if any(name in root for name in ("/AA", "/OCProperties", "/NeedsRendering")):
        yield "6.5.2: the catalog acts, or hides layers"
    if set(_at(root, "/Perms", {})) - {"/DocMDP", "/UR3"}:
        yield "6.1.12: permissions of another kind"
    form = _at(root, "/AcroForm", {})
    if "/XFA" in form or _at(form, "/NeedAppearances"):
        yield "6.4: a form that a reader would have to draw"


def _attached(root: generic.DictionaryObject) -> Iterator[str]:
    associated = [each.get_object() for each in _at(root, "/AF", ())]
    names = _at(_at(_at(root, "/Names", {}), "/EmbeddedFiles", {}), "/Names", ())
    for file in [names[at].get_object() for at in range(1, len(names), 2)]:
        content = file["/EF"]["/F"]
        if any(name not in file for name in ("/F", "/UF", "/AFRelationship")) or "/Subtype" not in content:
            yield "6.8: an attached file without its names, kind or relation"
        if not any(each == file for each in associated):
            yield "6.8: an attached file that belongs to nothing"


def _stream(each: generic.DictionaryObject) -> Iterator[str]:
    if any(name in each for name in ("/FFilter", "/FDecodeParms")):
        yield "6.1.7.1: a stream that lies elsewhere"
    filters = _at(each, "/Filter", ()) if isinstance(each, generic.StreamObject) else ()
    if {"/LZWDecode", "/Crypt"} & set([filters] if isinstance(filters, generic.NameObject) else filters):
        yield "6.1.7.2: a stream in a form that is not allowed"


def _font(each: generic.DictionaryObject) -> Iterator[str]:
    if _at(each, "/Type") == "/Font" and _at(each, "/Subtype") == "/Type0":
        (inner,) = (one.get_object() for one in each["/DescendantFonts"])
        descriptor = inner["/FontDescriptor"]
        if not any(name in descriptor for name in ("/FontFile2", "/FontFile3")):
            yield "6.2.11.4: a font that is not embedded"
        if "/ToUnicode" not in each:
            yield "6.2.11.7: a font whose text cannot be read"
        if inner["/Subtype"] == "/CIDFontType2" and "/CIDToGIDMap" not in inner:
            yield "6.2.11.3: a font without the map of its glyphs"
    elif _at(each, "/Type") == "/Font" and _at(each, "/Subtype") in {"/Type1", "/TrueType"}:
        yield "6.2.11.4: a simple font, which none of ours is"


def _annotation(each: generic.DictionaryObject) -> Iterator[str]:
    if "/Rect" not in each or "/Subtype" not in each:
        return
    flags = int(_at(each, "/F", 0))
    if each["/Subtype"] not in ANNOTATIONS:
        yield f"6.3.1: an annotation {each['/Subtype']}"
    if not flags & _PRINT or flags & _UNSEEN:
        yield f"6.3.2: an annotation {each['/Subtype']} that is not printed, or not seen"
    left, bottom, right, top = map(float, each["/Rect"])
    if each["/Subtype"] != "/Link" and (left, bottom) != (right, top) and "/AP" not in each:
        yield f"6.3.3: an annotation {each['/Subtype']} without a look of its own"


def _action(each: generic.DictionaryObject) -> Iterator[str]:
    if "/JS" in each or "/AA" in each:
        yield "6.5.1: it runs a program"
    actions = [each[name] for name in ("/A", "/OpenAction") if name in each]
    for action in actions:
        if isinstance(action, generic.DictionaryObject) and "/S" in action and action["/S"] not in ACTIONS:
            yield f"6.5.1: an action {action['/S']}"


def _signature(pdf: bytes, reader: PdfFileReader) -> Iterator[str]:
    for each in reader.embedded_signatures:
        start, first, second, last = map(int, each.sig_object["/ByteRange"])
        held = pdf[first:second]
        if (start, second + last) != (0, len(pdf)) or not re.fullmatch(rb"<[0-9A-Fa-f]*>", held):
            yield "6.4.3: a signature that does not cover the file"
        if len(each.signed_data["signer_infos"]) != 1 or not each.signed_data["certificates"]:
            yield "6.4.3: a signature without its signer"
