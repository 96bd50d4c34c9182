"""Where a receipt is to be had."""


def receipt_link(public_url: str, receipt: str) -> str:
    """Return the address of ``receipt``; relative where the gateway's own, ``public_url``, is not known."""
    return f"{public_url.rstrip('/')}/receipts/{receipt}"
