"""Identifiers of subjects: their forms, their check digits, and what follows from one by algorithm (`domain.md` §2)."""

from schema.identifiers.checks import citizen_check, org_code_check, reg_no_check, uscc_check
from schema.identifiers.identifier import SCHEMES, Check, Identifier, IdentifierError, as_held, classify, derive, parse
from schema.identifiers.kinds import subject_kind
from schema.identifiers.names import canonical_name, spellings
from schema.identifiers.text import is_citizen_number, is_old_citizen_number, might_be_personal, normalize

__all__ = [
    "SCHEMES",
    "Check",
    "Identifier",
    "IdentifierError",
    "as_held",
    "canonical_name",
    "citizen_check",
    "classify",
    "derive",
    "is_citizen_number",
    "is_old_citizen_number",
    "might_be_personal",
    "normalize",
    "org_code_check",
    "parse",
    "reg_no_check",
    "spellings",
    "subject_kind",
    "uscc_check",
]
