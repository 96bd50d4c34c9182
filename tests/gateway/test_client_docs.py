"""`config/README.md` against the code: every key of a client, every command, and the example are true."""

import re
import shlex

import pytest
from msgspec import structs

from gateway.auth.clients import ClientSpec
from gateway.cli.client import client_commands
from gateway.configuration import OWN_SECRETS
from tests.commands import Run
from tests.gateway.cities import copy_city
from tests.gateway.test_disclosure_docs import README, tables


def section() -> str:
    return README.partition("## 客户端 · Clients\n")[2].partition("\n## ")[0]


def test_every_key_of_a_client_is_explained_and_no_other() -> None:
    explained = {row[0].strip("`"): row[1] == "✔" for row in tables("One client")[0]}
    assert explained == {field.encode_name: field.required for field in structs.fields(ClientSpec)}


def test_every_command_is_explained_and_no_other() -> None:
    assert set(re.findall(r"`client ([a-z]+)[` ]", section().partition("```sh")[0])) == {
        command.name for command in client_commands.registered_commands
    }


def test_every_secret_of_ours_may_be_a_file() -> None:
    assert set(re.findall(r"`([A-Z_]+)`", section())) >= set(OWN_SECRETS)


def test_the_example_runs(run: Run, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("example")
    config = copy_city(folder)
    (block,) = re.findall(r"```sh\n(.*?)```", section(), re.DOTALL)
    for number, line in enumerate(block.splitlines()):
        arguments = [*shlex.split(line)[3:], "--config", str(config)]
        private = ["--private-key-file", str(folder / f"{number}.json")] if number < 2 else []
        assert run(*arguments, *private).returncode == 0, line
