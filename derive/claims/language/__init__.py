"""The language of claims: read from text, never evaluated, printed back."""

from derive.claims.language.bounds import is_moderate
from derive.claims.language.declaration import Declaration, parse_declaration
from derive.claims.language.printing import to_text
from derive.claims.language.reading import parse
from derive.claims.language.scope import Scope
from derive.claims.language.values import Singular, value

__all__ = [
    "Declaration",
    "Scope",
    "Singular",
    "is_moderate",
    "parse",
    "parse_declaration",
    "to_text",
    "value",
]
