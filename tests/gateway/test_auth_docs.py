"""`config/README.md` on access tokens: every key that may be declared is explained, and no other."""

import re

import pytest
from msgspec import Struct, structs

from gateway.auth.declared import IssuerSpec, MtlsSpec
from tests.gateway.policies import CONFIG

README = (CONFIG / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("heading", "kind"), [("One issuer", IssuerSpec), ("Proxies", MtlsSpec)])
def test_every_key_is_explained_and_no_other(heading: str, kind: type[Struct]) -> None:
    ((text,),) = [re.findall(rf"^### .* · {heading}$(.*?)(?=^##|\Z)", README, re.MULTILINE | re.DOTALL)]
    rows = re.findall(r"^\| `(\w+)` \| (✔?) ?\|", text, re.MULTILINE)
    assert [(key, bool(needed)) for key, needed in rows] == [
        (each.encode_name, each.required) for each in structs.fields(kind)
    ]
