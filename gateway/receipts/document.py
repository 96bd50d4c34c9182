"""The operation behind `GET /receipts/{id}`: trusted for every client, since the route is open to every client."""

from typing import Final

RECEIPT_DOCUMENT: Final = """# 读取收据 Read a receipt
query Receipt($id: String!) {
  receipt(id: $id) { entry index algorithm inclusion checkpoint leaf shape timestamps { anchor at token } }
}
"""
