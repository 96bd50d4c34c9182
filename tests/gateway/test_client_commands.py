"""`client` as people run it, on the file and on the table: what is written, what is told, what is refused."""

import asyncio
import json
import stat
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey

from gateway.auth import load_clients
from gateway.clients.table import ClientTable, Row
from gateway.configuration import load_configuration
from tests.commands import Done, Run
from tests.gateway.cities import change, copy_city

NEW = ("--title", "北岸银行信贷系统", "--scope", "credit.public", "--purpose", "BANK_CREDIT")
Client = Callable[..., Done]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return copy_city(tmp_path)


@pytest.fixture
def client(run: Run, config: Path) -> Client:
    """Runs `client` on the copy of the city."""

    def call(command: str, *arguments: str, stdin: str = "") -> Done:
        return run("client", command, *arguments, "--config", str(config), stdin=stdin)

    return call


@pytest.fixture
def url(tmp_path: Path, config: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Keep the clients in a table from now on."""
    change(config / "gateway.toml", '# home = "file"', 'home = "table"')
    url = f"sqlite:///{tmp_path / 'clients.sqlite'}"
    monkeypatch.setenv("CREDIT_CLIENTS_URL", url)
    return url


def rows(url: str) -> list[Row]:
    async def read() -> list[Row]:
        table = await ClientTable.open(url)
        try:
            return await table.rows()
        finally:
            await table.close()

    return asyncio.run(read())


def in_file(config: Path, name: str) -> dict[str, Any]:
    text = (config / "clients.toml").read_text(encoding="utf-8")
    found: dict[str, Any] = tomllib.loads(text)["clients"][name]
    return found


def keys(config: Path, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((config / "keys" / f"{name}.jwks.json").read_text())["keys"]
    return found


def test_the_list_shows_every_client_of_the_file(client: Client, config: Path) -> None:
    done = client("list")
    assert done.returncode == 0
    for name in load_configuration(config).clients:
        assert name in done.stdout
    told = json.loads(client("list", "--json").stdout)
    assert {each["id"] for each in told} == set(load_configuration(config).clients)
    assert told[0] == {
        "id": "portal",
        "state": "ACTIVE",
        "title": "信用门户网站（匿名公众）",
        "scopes": ["credit.public"],
        "purposes": ["PUBLIC_DISCLOSURE"],
        "credentials": "",
    }


def test_a_new_client_with_a_key(client: Client, config: Path, tmp_path: Path) -> None:
    clients = config / "clients.toml"
    clients.chmod(0o640)
    before, private = clients.read_bytes(), tmp_path / "private.json"
    done = client("new", "north_bank", *NEW, "--key", "--private-key-file", str(private))
    assert (done.returncode, done.stdout) == (0, "")
    assert clients.read_bytes().startswith(before)
    assert stat.S_IMODE(clients.stat().st_mode) == 0o640
    assert in_file(config, "north_bank")["keys_file"] == "keys/north_bank.jwks.json"
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    (public,) = keys(config, "north_bank")
    key = ECKey.import_key(json.loads(private.read_text()))
    assert key.is_private
    assert key.thumbprint() == public["kid"] == ECKey.import_key(public).thumbprint()
    assert "d" not in public
    assert str(private) in done.stderr
    assert load_configuration(config).clients["north_bank"].title == "北岸银行信贷系统"
    assert "credit-gateway check" in done.stderr


def test_a_private_key_on_the_screen_is_all_that_is_printed(client: Client, config: Path) -> None:
    done = client("new", "north_bank", *NEW, "--print")
    assert ECKey.import_key(json.loads(done.stdout)).is_private
    assert '"d"' not in done.stderr


def test_a_new_client_with_a_secret_in_a_variable(client: Client, config: Path) -> None:
    done = client("new", "north.bank", *NEW, "--secret")
    secret = done.stdout.strip()
    assert len(secret) == 43
    assert in_file(config, "north.bank")["secret_env"] == "CLIENT_NORTH_BANK_SECRET"
    assert secret not in done.stderr
    assert not [path for path in config.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()]


def test_a_new_client_with_a_secret_in_a_file(client: Client, config: Path) -> None:
    done = client("new", "north_bank", *NEW, "--secret-file", "north_bank.secret")
    path = config / "north_bank.secret"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text().strip() not in done.stdout + done.stderr
    assert in_file(config, "north_bank")["secret_file"] == "north_bank.secret"
    assert path.read_text().strip() not in (config / "clients.toml").read_text(encoding="utf-8")


def test_a_department_s_client_with_all_options(client: Client, config: Path) -> None:
    asked = ["--title", "税务局稽查局", "--department", "taxation", "--default-purpose", "SUPERVISION"]
    asked += ["--scope", "credit.gov", "--scope", "owner.tax_credit", "--purpose", "SUPERVISION", "--purpose", "OWNER"]
    asked += ["--purpose", "LAW_ENFORCEMENT", "--case-required", "LAW_ENFORCEMENT"]
    assert client("new", "tax_inspection", *asked).returncode == 0
    found = load_configuration(config).clients["tax_inspection"]
    assert (found.department, found.default_purpose) == ("taxation", "SUPERVISION")
    assert found.case_required == {"LAW_ENFORCEMENT"}


@pytest.mark.parametrize(
    ("name", "arguments", "told"),
    [
        ("bank", NEW, "there is a client `bank` already"),
        ("north bank", NEW, "not a client name"),
        ("north", (*NEW, "--scope", "credit.all"), "unknown scope `credit.all`"),
        ("north", (*NEW, "--scope", "credit.gov"), "scope `credit.gov` is for departments; the client names none"),
        ("north", (*NEW, "--department", "cuort"), "unknown department `cuort`"),
        ("north", (*NEW, "--department", "state_taxation"), "`state_taxation` has ended"),
        ("north", (*NEW, "--default-purpose", "AUDIT"), "`AUDIT` is not one of the client's purposes"),
        (
            "north",
            (*NEW, "--department", "taxation", "--scope", "owner.court_enforcement", "--purpose", "OWNER"),
            "scope `owner.court_enforcement` opens nothing",
        ),
        (
            "north",
            (*NEW, "--department", "heat_water_utilities", "--scope", "credit.gov", "--purpose", "SUPERVISION"),
            "scope `credit.gov` is for government bodies only",
        ),
        ("north", (*NEW[2:], "--title", "a\nb"), "expected 1 to 128 printable characters"),
    ],
)
def test_a_client_that_check_would_refuse_is_not_written(
    client: Client, config: Path, tmp_path: Path, name: str, arguments: tuple[str, ...], told: str
) -> None:
    before = (config / "clients.toml").read_bytes()
    done = client("new", name, *arguments, "--private-key-file", str(tmp_path / "key"))
    assert done.returncode == 1
    assert told in done.stderr
    assert (config / "clients.toml").read_bytes() == before
    assert not (tmp_path / "key").exists()
    assert not list(config.glob("keys/*"))


def test_every_mistake_of_a_new_client_is_told_at_once(client: Client) -> None:
    done = client("new", "x y", "--title", "", "--scope", "a", "--scope", "b", "--purpose", "C")
    assert done.stderr.count("client new: clients.x y") == 5, done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("--key", "--secret"),
        ("--print", "--private-key-file", "x"),
        ("--secret-env", "A", "--secret-file", "b"),
        ("--secret-env", "hunter2"),
        ("--secret-file", "../x"),
        ("--by", "a\x1bb"),
    ],
)
def test_wrong_use(client: Client, config: Path, arguments: tuple[str, ...]) -> None:
    before = (config / "clients.toml").read_bytes()
    assert client("new", "north", *NEW, *arguments).returncode == 2
    assert (config / "clients.toml").read_bytes() == before


def test_a_secret_of_one_client_is_not_that_of_another(client: Client, config: Path) -> None:
    assert client("new", "a.b", *NEW, "--secret").returncode == 0
    done = client("new", "a_b", *NEW, "--secret")
    assert done.returncode == 1
    assert "`CLIENT_A_B_SECRET` is the secret of `a.b`: name another with --secret-env" in done.stderr


def test_nothing_is_overwritten(client: Client, config: Path, tmp_path: Path) -> None:
    private = tmp_path / "private.json"
    private.write_text("mine", encoding="utf-8")
    done = client("new", "north", *NEW, "--private-key-file", str(private))
    assert (done.returncode, private.read_text()) == (1, "mine")
    assert not (config / "keys" / "north.jwks.json").exists()
    (config / "keys").mkdir(exist_ok=True)
    (config / "keys" / "north.jwks.json").write_text("{}", encoding="utf-8")
    done = client("new", "north", *NEW, "--print")
    assert done.returncode == 1
    assert "of an earlier client of that name" in done.stderr


def test_rotation_keeps_the_earlier_key_for_a_while(client: Client, config: Path) -> None:
    client("new", "north", *NEW, "--print")
    (old,) = keys(config, "north")
    done = client("rotate", "north", "--print", "--grace-days", "2")
    assert done.returncode == 0
    new, kept = keys(config, "north")
    assert new["kid"] == json.loads(done.stdout)["kid"] != old["kid"]
    assert {**kept, "exp": None} == {**old, "exp": None}
    assert isinstance(kept["exp"], int)
    shown = json.loads(client("show", "north", "--json").stdout)
    assert shown["keys"] == [{"kid": new["kid"], "exp": None}, {"kid": old["kid"], "exp": kept["exp"]}]
    client("rotate", "north", "--print", "--grace-days", "0")
    assert len(keys(config, "north")) == 1


def test_rotation_of_a_secret_in_a_file(client: Client, config: Path) -> None:
    client("new", "north", *NEW, "--secret-file", "north.secret")
    path = config / "north.secret"
    before = path.read_text()
    assert client("rotate", "north").returncode == 0
    assert path.read_text() != before
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_client_changes_from_a_key_to_a_secret_and_its_keys_are_gone(client: Client, config: Path) -> None:
    client("new", "north", *NEW, "--print")
    assert client("rotate", "north", "--secret-env", "NORTH").returncode == 0
    assert in_file(config, "north")["secret_env"] == "NORTH"
    assert "keys_file" not in in_file(config, "north")
    assert not (config / "keys" / "north.jwks.json").exists()
    assert client("rotate", "north", "--print").returncode == 0
    assert len(keys(config, "north")) == 1
    assert "secret_env" not in in_file(config, "north")


def test_a_client_without_credentials_is_asked_which(client: Client) -> None:
    done = client("rotate", "bank")
    assert done.returncode == 2
    assert "say --key or --secret" in done.stderr


def test_a_client_is_suspended_and_resumed(client: Client, config: Path) -> None:
    before = (config / "clients.toml").read_bytes()
    assert client("suspend", "bank").returncode == 0
    assert load_configuration(config).clients["bank"].suspended
    (told,) = [each for each in json.loads(client("list", "--json").stdout) if each["id"] == "bank"]
    assert told["state"] == "SUSPENDED"
    assert client("resume", "bank").returncode == 0
    assert (config / "clients.toml").read_bytes() == before


def test_a_client_is_suspended_though_other_files_are_wrong(client: Client, config: Path) -> None:
    change(config / "scopes.toml", "[scopes", "[scoops")
    assert client("suspend", "bank").returncode == 0


def test_a_client_is_removed_with_its_keys(client: Client, config: Path) -> None:
    before = (config / "clients.toml").read_bytes()
    client("new", "north", *NEW, "--print")
    assert client("remove", "north", stdin="n\n").returncode == 1
    assert "north" in load_configuration(config).clients
    assert client("remove", "north", "--yes").returncode == 0
    assert (config / "clients.toml").read_bytes() == before
    assert not (config / "keys" / "north.jwks.json").exists()


@pytest.mark.parametrize("command", ["show", "rotate", "suspend", "resume", "remove"])
def test_a_client_that_is_not_there_is_told(client: Client, command: str) -> None:
    done = client(command, "nobody", *(["--yes"] if command == "remove" else []))
    assert done.returncode == 1
    assert "there is no client `nobody`: `client list` shows all" in done.stderr


def test_a_byte_order_mark_and_line_ends_stay(client: Client, config: Path) -> None:
    path = config / "clients.toml"
    text = path.read_text(encoding="utf-8").replace("\n", "\r\n")
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert client("new", "north", *NEW).returncode == 0
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf" + text.encode())
    assert raw.count(b"\n") == raw.count(b"\r\n")


def test_the_table_is_managed_by_the_same_commands(client: Client, config: Path, url: str) -> None:
    (config / "clients.toml").unlink()
    assert client("list", "--json").stdout.strip() == "[]"
    done = client("new", "north", *NEW, "--print", "--by", "李四")
    assert done.returncode == 0
    assert "running gateways take it within 5 seconds" in done.stderr
    (row,) = rows(url)
    assert (row.id, row.state, row.changed_by) == ("north", "ACTIVE", "李四")
    assert json.loads(row.spec)["keys_file"] == "keys/north.jwks.json"
    assert client("new", "north", *NEW, "--print").returncode == 1
    assert client("suspend", "north", "--by", "王五").returncode == 0
    assert (rows(url)[0].state, rows(url)[0].changed_by) == ("SUSPENDED", "王五")
    assert "SUSPENDED" in client("show", "north").stdout
    assert client("resume", "north").returncode == 0
    assert client("rotate", "north", "--secret-file", "s").returncode == 0
    assert json.loads(rows(url)[0].spec) == {
        "title": "北岸银行信贷系统",
        "scopes": ["credit.public"],
        "purposes": ["BANK_CREDIT"],
        "secret_file": "s",
    }
    assert client("remove", "north", "--yes").returncode == 0
    assert rows(url) == []


def test_check_tells_the_mistakes_of_rows(run: Run, client: Client, config: Path, url: str) -> None:
    client("new", "north", *NEW)
    done = run("check", "--config", str(config))
    assert done.returncode == 0
    told = " ".join(done.stdout.split())
    assert "note: rules/overlays/rural_bank.toml: out of use, unknown client `rural_bank`; known: north" in told

    async def spoil() -> None:
        table = await ClientTable.open(url)
        await table.update("north", "somebody", spec='{"title": "a", "scopes": ["x"], "purposes": []}')
        await table.close()

    asyncio.run(spoil())
    done = run("check", "--config", str(config))
    assert done.returncode == 1
    assert "table clients: clients.north.scopes: unknown scope `x`" in done.stderr
    assert "table clients: clients.north.purposes: empty" in done.stderr


def test_explain_knows_the_clients_of_the_table(run: Run, client: Client, config: Path, url: str) -> None:
    client("new", "north", *NEW)
    query = '{ subject(key: {value: "91230881TJ00000350", scheme: USCC}) { ... on Enterprise { name } } }'
    assert run("explain", query, "--client", "north", "--config", str(config)).returncode == 0
    assert run("explain", query, "--client", "bank", "--config", str(config)).returncode == 1


def test_a_table_without_its_variable_is_told(client: Client, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change(config / "gateway.toml", '# home = "file"', 'home = "table"')
    monkeypatch.delenv("CREDIT_CLIENTS_URL", raising=False)
    done = client("list")
    assert done.returncode == 1
    assert "environment: CREDIT_CLIENTS_URL: is not set" in done.stderr


def test_the_file_that_is_written_loads_by_itself(client: Client, config: Path) -> None:
    client("new", "north:1", *NEW, "--secret")
    configuration = load_configuration(config)
    clients = load_clients(config / "clients.toml", configuration.policy, configuration.departments)
    assert clients["north:1"].secret_env == "CLIENT_NORTH_1_SECRET"
