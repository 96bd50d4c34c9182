"""The code to scan on a report: it leads to the receipt, and a browser from there to the page that verifies answers."""

import segno


def code_svg(text: str) -> str:
    """Return ``text`` as a QR code (ISO/IEC 18004, level M): an SVG without colors other than black."""
    return str(segno.make(text, error="m", micro=False).svg_inline(scale=4, border=2, omitsize=True))
