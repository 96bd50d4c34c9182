"""Secrets come from the environment or from a file that only we can read; anything else is refused, and told."""

import os
from pathlib import Path

import pytest

from connectors.errors import ConfigError
from gateway.secrets import MAXIMUM_BYTES, SecretRefused, read_secret, with_secret_files

SECRET = "correct horse battery staple 0123456789"


def write(path: Path, content: bytes = SECRET.encode(), mode: int = 0o600) -> Path:
    path.write_bytes(content)
    path.chmod(mode)
    return path


@pytest.mark.parametrize("mode", [0o600, 0o400])
@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_the_line_of_a_file_of_ours_is_the_secret(tmp_path: Path, mode: int, end: bytes) -> None:
    assert read_secret(write(tmp_path / "secret", SECRET.encode() + end, mode)) == SECRET


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o602, 0o620, 0o644, 0o666, 0o601, 0o610])
def test_a_file_that_is_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(SecretRefused, match="others may read or write the file: set its mode to 0600"):
        read_secret(write(tmp_path / "secret", mode=mode))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b" \n", "the file is empty"),
        (b"one\ntwo\n", "the file holds more than one line of text"),
        (b"one\x00", "the file holds more than one line of text"),
        (b"\xff\xfe", "the file is not UTF-8"),
        (b"x" * (MAXIMUM_BYTES + 1), f"the file is longer than {MAXIMUM_BYTES} bytes"),
    ],
)
def test_what_is_no_line_of_text_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    with pytest.raises(SecretRefused) as refused:
        read_secret(write(tmp_path / "secret", content))
    assert refused.value.reason == reason


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    (tmp_path / "folder").mkdir(0o700)
    (tmp_path / "link").symlink_to(write(tmp_path / "secret"))
    told = {
        "pipe": "it is no ordinary file",
        "folder": "it is no ordinary file",
        "link": "the file is a link: name the file itself",
    }
    told |= {"none": "the file cannot be read: no such file or directory"}
    for name, reason in told.items():
        with pytest.raises(SecretRefused) as refused:
            read_secret(tmp_path / name)
        assert refused.value.reason == reason
    with pytest.raises(SecretRefused, match="not a path"):
        read_secret(Path("a\x00b"))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_another_user_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "secret")
    os.chown(path, 65_534, -1)
    with pytest.raises(SecretRefused, match="the file belongs to another user"):
        read_secret(path)


def test_a_variable_may_be_told_as_a_file(tmp_path: Path) -> None:
    path = write(tmp_path / "secret")
    environ = {"TOKEN_FILE": str(path), "OTHER": "here", "UNKNOWN_FILE": str(path)}
    told = with_secret_files(environ, ["TOKEN", "OTHER", "THIRD"])
    assert told == {**environ, "TOKEN": SECRET}


def test_every_file_that_cannot_be_used_is_told_at_once(tmp_path: Path) -> None:
    path = write(tmp_path / "secret", mode=0o644)
    with pytest.raises(ConfigError) as refused:
        with_secret_files({"A_FILE": str(path), "B_FILE": str(path), "B": "set"}, ["A", "B"])
    assert [str(each) for each in refused.value.mistakes] == [
        "environment: A_FILE: others may read or write the file: set its mode to 0600",
        "environment: B_FILE: `B` is set as well: set one of the two",
    ]
