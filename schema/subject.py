"""What every credit subject has, organization or natural person."""

import strawberry

from schema.bindings import Identity
from schema.catalogue import UnservedItem
from schema.enums import SubjectKind
from schema.fields import say, shown
from schema.values import Resolution, SubjectIdentifier


@strawberry.interface(description=say("信用主体", "A credit subject"))
class Subject:
    """What every subject has."""

    id: strawberry.ID = shown("主体标识", "Opaque id of the subject at this gateway", binding=Identity("id"))
    kind: SubjectKind = shown("主体类别", "Kind of the subject", binding=Identity("kind"))
    name: str | None = shown("名称或姓名", "Name")
    identifiers: list[SubjectIdentifier] = shown(
        "已知的标识符；自然人为空",
        "Identifiers it is known by; none for natural persons",
        binding=Identity("identifiers"),
    )
    resolution: Resolution = shown("如何确定到该主体", "How it was found", binding=Identity("resolution"))
    not_served: list[UnservedItem] = shown(
        "本网关对此类主体不提供的目录项及原因；不等于“无记录”",
        'Items of the catalogue that no source serves for subjects of its kind, and why: not "none"',
        binding=Identity("not_served"),
    )
