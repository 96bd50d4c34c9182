"""A copy of the city's configuration whose policy files somebody signs: keys, signers, signatures, good and bad."""

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from joserfc.jwk import ECKey, Key, OKPKey

from gateway.configuration import load_configuration
from gateway.departmental import Known, Signer, read_policies
from gateway.departmental.signature import Statement, encode_statement, sign, statement_of
from tests.gateway.policies import CONFIG

SIGNED_AT = "2025-01-01T02:03:04Z"
CITY = load_configuration(CONFIG)
KNOWN = Known(CITY.departments, CITY.policy, CITY.catalogue.sources, CITY.legal_bases)


def new_key(curve: str = "Ed25519") -> Key:
    return OKPKey.generate_key("Ed25519") if curve == "Ed25519" else ECKey.generate_key(curve)


@dataclass(slots=True)
class City:
    """A configuration folder and the private keys of its signers."""

    folder: Path
    signers: dict[str, Signer] = field(default_factory=dict)
    private: dict[str, Key] = field(default_factory=dict)

    def new_signer(self, department: str = "taxation", post: str = "纳税服务科科长", **days: str) -> Signer:
        """Register a new key of ``department``; returns its signer."""
        kid = f"{department}-{len(self.signers)}"
        key = self.private[kid] = new_key("P-256" if len(self.signers) % 2 else "Ed25519")
        public = Signer(kid, department, post, key, **days)
        self.signers[kid] = public
        self.write_signers()
        return public

    def write_signers(self) -> None:
        """Write the signers file anew."""
        lines = []
        for kid, signer in self.signers.items():
            jwk = ", ".join(f"{name} = {json.dumps(text)}" for name, text in signer.key.as_dict(private=False).items())
            lines += [f"[signers.{kid}]", f'department = "{signer.department}"', f'post = "{signer.post}"']
            lines += [f"jwk = {{ {jwk} }}", f'since = "{signer.since}"', f'until = "{signer.until}"']
        (self.folder / "signers.toml").write_text("\n".join(lines), encoding="utf-8")

    def policy(self, department: str = "taxation") -> Path:
        return self.folder / "policies" / f"{department}.toml"

    def signature(self, department: str = "taxation") -> Path:
        return self.folder / "policies" / f"{department}.jws"

    def statement(self, signer: Signer, signed_at: str = SIGNED_AT, **other: Any) -> Statement:
        """Return what ``signer`` would say of its department's file, but for what is said to be ``other``."""
        file = read_policies(self.folder / "policies", KNOWN)[signer.department]
        statement = statement_of(file, signer, signed_at)
        return Statement(**({name: getattr(statement, name) for name in statement.__struct_fields__} | other))

    def sign(self, signer: Signer, **other: Any) -> None:
        """Sign the file of the signer's department, and put the signature beside it."""
        self.put(signer.department, self.signed(signer, **other))

    def signed(self, signer: Signer, **other: Any) -> str:
        return sign(self.statement(signer, **other), signer, self.private[signer.kid])

    def put(self, department: str, text: str) -> None:
        self.signature(department).write_text(text, encoding="ascii")

    def change(self, old: str, new: str, department: str = "taxation") -> None:
        """Put ``new`` for ``old`` in the policy file; ``old`` has to be there."""
        text = self.policy(department).read_text(encoding="utf-8")
        assert old in text, old
        self.policy(department).write_text(text.replace(old, new), encoding="utf-8")

    def production(self) -> None:
        """Let the configuration be that of a production installation, whose issuer nobody is."""
        path = self.folder / "gateway.toml"
        text = path.read_text(encoding="utf-8").replace("# production = false", "production = true", 1)
        issuer = 'issuers = [{issuer = "https://127.0.0.1:1"}]'
        path.write_text(text.replace("# issuers = []", issuer, 1), encoding="utf-8")


def city(folder: Path) -> City:
    """Return a copy of the city's configuration in ``folder``, without signers, signatures and trusted documents."""
    shutil.copytree(CONFIG, folder / "config", ignore=shutil.ignore_patterns("documents"))
    for path in (folder / "config" / "policies").glob("*.jws"):
        path.unlink()
    made = City(folder / "config")
    made.write_signers()
    return made


def payload(statement: Statement) -> Any:
    """Return what is signed, to be changed before it is signed."""
    return json.loads(encode_statement(statement))
