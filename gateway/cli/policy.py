"""`policy`: sign what a department's policy file opens, see which files are signed for, make a signer's key."""

import json
import os
import stat
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer
from joserfc.errors import JoseError
from joserfc.jwk import Key, OKPKey, import_key
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from connectors.clock import today_text
from connectors.declaration import unknown
from gateway.auth.documents import read_json
from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.cli.policy_diff import policy_diff
from gateway.configuration import Configuration, load_configuration
from gateway.days import EXPECTED, is_day
from gateway.departmental import Known, PolicyFile, Signer, load_signers, read_policies, wider
from gateway.departmental.coverage import NOTHING, SUFFIX, Covered
from gateway.departmental.load import FOLDER
from gateway.departmental.signature import day_of, read_signature, same_post, sign, statement_of
from gateway.departmental.signers import FILE

_OPEN: Final = stat.S_IRWXG | stat.S_IRWXO
"""What nobody but the owner of a key may do with its file."""

policy_commands = typer.Typer(
    help="部门政策:签名、核对、比较。 What departments decide themselves: sign, verify, compare.", no_args_is_help=True
)
policy_commands.command("diff")(policy_diff)


@policy_commands.command("sign")
def policy_sign(
    department: Annotated[str, typer.Argument(help="The code of the department whose policy file is signed.")],
    key: Annotated[Path, typer.Option(help="The signer's private key, a JWK; only its owner may read it (0600).")],
    signer: Annotated[str, typer.Option(help="The key's id in signers.toml.", metavar="KID")],
    config: Config = DEFAULT_CONFIG,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before signing.")] = False,
) -> None:
    """为放宽的内容签第二人签名。 Sign, as the second person, what a policy file opens.

    Shows first what the file opens beyond what is signed so far, and what it closes; asks; then writes
    `policies/DEPARTMENT.jws` beside the file. Whoever wrote the file (its `author`) cannot sign it. What only narrows
    counts without a signature, but the wider text can come back for as long as it is the one that is signed.
    """
    configuration = load_configuration(config, unsigned=True)
    file, chosen = _file(configuration, department), _signer(configuration, signer, department)
    if same_post(file.author, chosen.post):
        raise _wrong("--signer", f"`{chosen.post}` wrote the file: another post has to sign it")
    private = _private_key(key, chosen)
    console = Console(highlight=False)
    _print_change(console, configuration.covered.get(department), file)
    if not yes and not typer.confirm(f"sign as {chosen.post}?"):
        raise typer.Abort
    signed_at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    text = sign(statement_of(file, chosen, signed_at), chosen, private)
    read_signature(text.encode(), department, {chosen.kid: chosen}, day_of(signed_at) or today_text())
    _write(config / FOLDER / f"{department}{SUFFIX}", text + "\n")
    console.print(f"signed: {FOLDER}/{department}{SUFFIX}", markup=False)


@policy_commands.command("verify")
def policy_verify(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """核对签名:哪些文件可以在生产模式生效。 Tell which policy files are signed for, and what the others lack.

    Exit code: 0 production would take all of them, 1 it would refuse some, 2 wrong use.
    """
    covered = load_configuration(config, unsigned=True).covered
    if as_json:
        told = [_told(each) for each in covered.values()]
        sys.stdout.write(msgspec.json.format(msgspec.json.encode({"policies": told}), indent=2).decode() + "\n")
    else:
        Console(highlight=False).print(_verified(covered.values()))
    if not all(each.sound for each in covered.values()):
        sys.exit(1)


@policy_commands.command("new-signer")
def policy_new_signer(
    kid: Annotated[str, typer.Argument(help="The id of the new key, e.g. `taxation-2`.")],
    department: Annotated[str, typer.Option(help="The department for whose file it signs.")],
    post: Annotated[str, typer.Option(help="The post that holds it, never a person.")],
    key: Annotated[Path, typer.Option(help="Where to write the private key; nothing is overwritten.")],
    since: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="Its first day.")] = None,
    until: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="Its last day.")] = None,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """新建签名人的密钥。 Make a key (Ed25519), its private part into FILE (0600); print its table for signers.toml.

    Run it where the signer works: the private key never has to be anywhere else. Nothing in the configuration changes.
    """
    configuration = load_configuration(config, unsigned=True)
    if department not in configuration.departments:
        raise _wrong("--department", unknown("department", department, list(configuration.departments)))
    for option, day in (("--since", since), ("--until", until)):
        if day is not None and not is_day(day):
            raise _wrong(option, EXPECTED.replace(" in quotes", ""))
    if kid in load_signers(config / FILE, configuration.departments):
        raise _wrong("KID", f"`{kid}` is in {FILE} already: a new key needs a new id")
    made = OKPKey.generate_key("Ed25519")
    descriptor = os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as out:
        json.dump(made.as_dict(private=True), out)
    public = made.as_dict(private=False)
    lines = [f"[signers.{json.dumps(kid)}]", f'department = "{department}"', f"post = {_quoted(post)}"]
    lines.append(f'jwk = {{ kty = "OKP", crv = "Ed25519", x = "{public["x"]}" }}')
    lines += [f'{name} = "{day}"' for name, day in (("since", since), ("until", until)) if day is not None]
    sys.stdout.write("\n".join(lines) + "\n")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _file(configuration: Configuration, department: str) -> PolicyFile:
    known = Known(
        configuration.departments, configuration.policy, configuration.catalogue.sources, configuration.legal_bases
    )
    files = read_policies(configuration.folder / FOLDER, known)
    if department not in files:
        raise _wrong("DEPARTMENT", unknown("policy file of", department, list(files)))
    return files[department]


def _signer(configuration: Configuration, kid: str, department: str) -> Signer:
    signers = load_signers(configuration.folder / FILE, configuration.departments)
    if kid not in signers:
        raise _wrong("--signer", unknown("key", kid, list(signers)))
    signer = signers[kid]
    if signer.department != department:
        raise _wrong("--signer", f"key `{kid}` signs for `{signer.department}`, not for `{department}`")
    if not signer.valid(today_text()):
        raise _wrong("--signer", f"key `{kid}` is not valid today: {signer.since} to {signer.until}")
    return signer


def _private_key(path: Path, signer: Signer) -> Key:
    """Return the private key in ``path``, that of ``signer``; nothing of it is ever shown."""
    with path.open("rb") as file:
        if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & _OPEN:
            raise _wrong("--key", "others than its owner may read the file: `chmod 600` it, and think about who did")
        raw = file.read()
    try:
        key = import_key(read_json(raw))
        if not key.is_private or key.thumbprint() != signer.key.thumbprint():
            raise _wrong("--key", f"not the private key of `{signer.kid}`")
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        raise _wrong("--key", "no private key (JWK)") from None
    return key


def _print_change(console: Console, covered: Covered | None, file: PolicyFile) -> None:
    if covered is not None and covered.refused is not None:
        console.print(f"the signature there does not count: {covered.refused}", style="yellow", markup=False)
    before = NOTHING if covered is None or covered.signed is None else covered.signed.policy_file().decided
    table = _table("effect", "what", "who and which", "from", "to")
    for effect, differences in (("opens", wider(before, file.decided)), ("closes", wider(file.decided, before))):
        for each in differences:
            ends = (each.kind == "CLOSURE") == (effect == "opens")
            what = f"{each.kind.lower()} ends" if ends else each.kind.lower()
            table.add_row(effect, what, escape(" ".join(each.names)), each.since, each.until)
    console.print(table if table.row_count else "nothing opens or closes against what is signed")


def _verified(covered: Iterable[Covered]) -> Table:
    table = _table("department", "in production", "signed by", "at", "why not")
    for each in covered:
        by = ("", "") if each.signed is None else (each.signed.signer, each.signed.signed_at)
        taken = "in force" if each.sound else "refused"
        table.add_row(*(escape(cell) for cell in (each.department, taken, *by, each.why)))
    return table


def _told(covered: Covered) -> dict[str, object]:
    signed = covered.signed
    return {
        "department": covered.department,
        "sound": covered.sound,
        "signer": signed.signer if signed is not None else None,
        "author": signed.author if signed is not None else None,
        "signedAt": signed.signed_at if signed is not None else None,
        "why": covered.why,
        "wider": covered.wider,
    }


def _write(path: Path, text: str) -> None:
    """Write ``text`` whole or not at all."""
    partial = path.with_name(f".{path.name}.part")
    partial.write_text(text, encoding="ascii")
    partial.replace(path)


def _table(*headings: str) -> Table:
    return Table(*(Column(heading, overflow="fold") for heading in headings))


def _wrong(option: str, message: str) -> typer.BadParameter:
    return typer.BadParameter(message, param_hint=option)
