"""As much of DER (X.690) as it takes to part an answer of an authority and to put its certificates in order.

Certificates of a SignedData are a SET OF, which DER sorts (X.690 §11.6); authorities built on OpenSSL send theirs in
any order, and `rfc3161-client` reads sorted ones only. No signature covers the order.
"""

from typing import Final

SEQUENCE: Final = 0x30
_EXPLICIT: Final = 0xA0
"""[0]: the content of a ContentInfo, and the certificates of a SignedData (RFC 5652 §3, §5.1)."""
_LONGEST: Final = 4


def children(value: bytes, tag: int = SEQUENCE) -> list[bytes]:
    """Return the encoded members of ``value``, which has ``tag`` and nothing behind it; raises ValueError."""
    found, start, end = _bounds(value, 0)
    if found != tag or end != len(value):
        raise ValueError("not the DER that was expected")
    members = []
    while start < end:
        _, _, after = _bounds(value[:end], start)
        members.append(value[start:after])
        start = after
    return members


def encoded(tag: int, content: bytes) -> bytes:
    """Return ``content`` with its tag and length."""
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + content


def in_order(token: bytes) -> bytes:
    """Return ``token``, a ContentInfo with a SignedData, its certificates sorted; raises ValueError."""
    kind, content = children(token)
    (signed,) = children(content, _EXPLICIT)
    parts = children(signed)
    parts = [
        encoded(_EXPLICIT, b"".join(sorted(children(part, _EXPLICIT)))) if part[0] == _EXPLICIT else part
        for part in parts
    ]
    return encoded(SEQUENCE, kind + encoded(_EXPLICIT, encoded(SEQUENCE, b"".join(parts))))


def _bounds(value: bytes, at: int) -> tuple[int, int, int]:
    """Return the tag at ``at``, where its content begins, and where it ends; raises ValueError."""
    if len(value) < at + 2:
        raise ValueError("cut off")
    tag, length, start = value[at], value[at + 1], at + 2
    if length >= 0x80:
        octets = length - 0x80
        if not 0 < octets <= _LONGEST:
            raise ValueError("a length that DER does not have, or none that fits")
        start += octets
        length = int.from_bytes(value[at + 2 : start], "big")
    if start + length > len(value):
        raise ValueError("cut off")
    return tag, start, start + length
