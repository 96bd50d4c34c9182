"""Trusted documents: what is loaded, what a request means by an id, what a client gets that may send nothing else."""

from pathlib import Path

import pytest

from connectors.errors import ConfigError
from gateway.errors import BadParameters, DocumentNotTrusted, DocumentUnknown
from gateway.limits.trusted import TrustedDocument, TrustedDocuments, digest, load_trusted
from gateway.plan.document import Documents
from schema.schema import SCHEMA
from tests.gateway.world import configuration

TEXT = "# 测试 · A test\n# for: portal, bank\nquery Q { __typename }\n"
DOCUMENTS = Documents(SCHEMA)
CLIENTS = {"portal": None, "bank": None, "court": None}
FREE = "{ __typename }"


def load(folder: Path, **files: str | bytes) -> TrustedDocuments:
    for name, text in files.items():
        (folder / f"{name}.graphql").write_bytes(text.encode() if isinstance(text, str) else text)
    return load_trusted(folder, DOCUMENTS, CLIENTS)


def mistakes(folder: Path, **files: str | bytes) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        load(folder, **files)
    return [str(mistake) for mistake in raised.value.mistakes]


def test_a_document_is_known_by_the_digest_of_its_bytes(tmp_path: Path) -> None:
    loaded = load(tmp_path, one=TEXT, windows=TEXT.replace("\n", "\r\n"))
    document = loaded.by_id[digest(TEXT)]
    assert document == TrustedDocument(digest(TEXT), "one", "测试 · A test", TEXT, ("portal", "bank"))
    assert document.file == "documents/one.graphql"
    assert loaded.by_id[digest(TEXT.replace("\n", "\r\n"))].clients == ("portal", "bank")


def test_without_a_folder_there_are_none(tmp_path: Path) -> None:
    assert load_trusted(tmp_path / "documents", DOCUMENTS, CLIENTS).by_id == {}


def test_every_mistake_is_told_with_its_file_and_line(tmp_path: Path) -> None:
    told = mistakes(
        tmp_path,
        untitled="query Q { __typename }",
        unknown="# A title\nquery Q {\n  nothing\n}",
        broken="# A title\nquery Q {",
        several="# A title\nquery A { __typename }\nquery B { __typename }",
        foreign="# A title\n# for: portal, bnak\nquery F { __typename }",
        latin="# Größe".encode("latin-1"),
        costly="# A title\nquery C { " + "x" * 70_000 + " }",
        first=TEXT,
        second=TEXT,
    )
    assert told == [
        "documents/broken.graphql: line 2: Syntax Error: Expected Name, found <EOF>.",
        "documents/costly.graphql: the document has more than 65536 bytes",
        "documents/foreign.graphql: line 2: unknown client `bnak`; known: bank, court, portal; did you mean `bank`?",
        "documents/latin.graphql: cannot be read as UTF-8",
        "documents/second.graphql: is the same document as `documents/first.graphql`",
        "documents/several.graphql: the document holds several operations: name one of them in `operationName`",
        "documents/unknown.graphql: line 3: Cannot query field 'nothing' on type 'Query'.",
        "documents/untitled.graphql: line 1: the first line must be a comment with the title: `# what it is for`",
    ]


def test_the_shipped_documents_are_sound_and_say_whom_they_are_for() -> None:
    shipped = configuration().trusted.by_id.values()
    assert len(shipped) >= 4
    for document in shipped:
        assert all(client in configuration().clients for client in document.clients)
        assert " · " in document.title


@pytest.fixture(scope="module")
def trusted() -> TrustedDocuments:
    documents = [
        TrustedDocument(digest(TEXT), "one", "A test", TEXT, ("portal", "bank")),
        TrustedDocument(digest(TEXT + "#"), "all", "For all", TEXT + "#"),
    ]
    return TrustedDocuments({document.id: document for document in documents})


def test_a_document_is_found_by_its_id(trusted: TrustedDocuments) -> None:
    for allowed in ("any", "trusted"):
        assert trusted.text("", digest(TEXT), "bank", allowed) == TEXT
        assert trusted.text(TEXT, digest(TEXT), "bank", allowed) == TEXT
        assert trusted.text(TEXT, None, "bank", allowed) == TEXT
        assert trusted.text("", digest(TEXT + "#"), "court", allowed) == TEXT + "#"
        with pytest.raises(DocumentUnknown):
            trusted.text("", digest(FREE), "bank", allowed)
        with pytest.raises(BadParameters, match="send one of the two"):
            trusted.text(FREE, digest(TEXT), "bank", allowed)


def test_a_client_that_may_send_any_may_name_its_own_by_digest_too(trusted: TrustedDocuments) -> None:
    assert trusted.text(FREE, digest(FREE), "bank", "any") == FREE
    assert trusted.text(FREE, None, "bank", "any") == FREE
    with pytest.raises(DocumentUnknown):
        trusted.text("", digest(FREE), "bank", "any")  # nothing was registered by it


@pytest.mark.parametrize(
    "text",
    [
        FREE,
        "",
        TEXT + " ",
        TEXT[:-1],
        TEXT.replace("\n", "\r\n"),
        "\ufeff" + TEXT,
        TEXT + "fragment F on Query { sources { name } }",
        TEXT.replace("__typename", "x: __typename"),
        TEXT.replace("# 测试", "# 試"),
    ],
)
def test_another_text_is_not_trusted(trusted: TrustedDocuments, text: str) -> None:
    with pytest.raises(DocumentNotTrusted, match="byte for byte"):
        trusted.text(text, None, "bank", "trusted")


def test_a_document_for_others_is_not_trusted(trusted: TrustedDocuments) -> None:
    for query, document_id in ((TEXT, None), ("", digest(TEXT)), (TEXT, digest(TEXT))):
        with pytest.raises(DocumentNotTrusted, match="`one` is not for this client"):
            trusted.text(query, document_id, "court", "trusted")
        assert trusted.text(query, document_id, "court", "any") == TEXT
