"""What counts as a disk of this machine: by the mount that holds a path, and never by guessing."""

from pathlib import Path

import pytest

from connectors.disk import is_local

MOUNTS = r"""
22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
23 22 0:21 / /proc rw,nosuid - proc proc rw
30 22 0:40 / /srv/shares/tax rw,relatime shared:5 - cifs //files.example/tax rw
31 30 0:41 / /srv/shares/tax/spool rw - tmpfs tmpfs rw
32 22 0:42 / /srv/two\040words rw - nfs4 files.example:/x rw
33 22 0:43 / /srv/odd rw - fuse.sshfs somebody@example rw
""".strip()


@pytest.mark.parametrize(
    ("path", "local"),
    [
        ("/var/lib/drop", True),
        ("/srv/shares", True),
        ("/srv/shares/taxes", True),
        ("/srv/shares/tax", False),
        ("/srv/shares/tax/2026", False),
        ("/srv/shares/tax/spool/a.csv", True),
        ("/srv/two words/a.csv", False),
        ("/srv/odd/a.csv", False),
        ("/proc/self", False),
    ],
)
def test_the_nearest_mount_decides(tmp_path: Path, path: str, local: bool) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTS, encoding="utf-8")
    assert is_local(Path(path), mounts) is local


@pytest.mark.parametrize("text", ["", "nonsense", "22 1 254:0 / / rw - "])
def test_without_knowledge_nothing_is_local(tmp_path: Path, text: str) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(text, encoding="utf-8")
    assert not is_local(Path("/var"), mounts)
    assert not is_local(Path("/var"), tmp_path / "not there")


def test_a_link_is_where_it_leads(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/proc/self")
    assert not is_local(tmp_path / "link")
