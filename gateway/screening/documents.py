"""The operations by which `screen FILE --url` asks a gateway: byte for byte those of `config/documents/`.

They stand here too, since the machine that asks has no configuration; a test holds the two together.
"""

from typing import Final

ANNOUNCE: Final = """# 批量筛查:预告,各行随后上传 · Screening: announce a portfolio whose rows are uploaded
mutation ScreeningAnnounce($input: AnnounceScreeningInput!) {
  screening: announceScreening(input: $input) {
    id
    state
    failure
    rules
    purpose
    asOf
    rowCount
    received
    sliceRows
  }
}
"""
LOOK: Final = """# 批量筛查:状态与签名清单 · Screening: how far it is, and its signed manifest
query ScreeningLook($id: String!) {
  screening(id: $id, first: 0) {
    id
    state
    failure
    rules
    purpose
    asOf
    rowCount
    received
    sliceRows
    manifest
  }
}
"""
ROWS: Final = """# 批量筛查:各行的结论 · Screening: what came of its rows
query ScreeningRows($id: String!, $after: Int!) {
  screening(id: $id, first: 1000, after: $after) {
    rows {
      row
      verdict
      fault
      askAgainAfter
      cells
    }
  }
}
"""
PROGRESS: Final = """# 批量筛查:进度 · Screening: progress, as it goes
subscription ScreeningProgress($id: String!) {
  screeningProgress(id: $id) {
    state
    done
    waitsUntil
  }
}
"""
DOCUMENTS: Final = {
    "screening_announce": ANNOUNCE,
    "screening_look": LOOK,
    "screening_rows": ROWS,
    "screening_progress": PROGRESS,
}
"""By the name of the file, without `.graphql`."""
