"""Declarations of a chain of its own: a domain and a shape."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import sympy

from derive.claims.language.reading import parse
from derive.claims.language.scope import Scope
from derive.errors import ClaimError
from derive.wording import choices, shown

SQUARE = ("positive definite", "symmetric", "orthogonal")
NUMBERS = ("positive", "real")
DOMAINS = (*SQUARE, *NUMBERS, "size", "vector")
FORM = re.compile(r"([a-z][a-z ]{0,29}?)\s*(?:\((.{1,200})\))?", re.DOTALL)
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,30}")


@dataclass(frozen=True)
class Declaration:
    """What a symbol is.

    Attributes:
        domain: "positive definite", "symmetric", "orthogonal", "positive", "real" or "size".
        shape: Rows and columns in plain symbols; empty for a number.
    """

    domain: str
    shape: tuple[Any, ...]


def parse_declaration(text: str, where: str) -> Declaration:
    """Read a declaration such as "positive definite (m, m)", "real (m, n)", "positive", "size".

    Raises:
        ClaimError: It is none; the message says what would do.

    >>> parse_declaration("symmetric (m, m)", "declare.A")
    Declaration(domain='symmetric', shape=(m, m))
    """
    match = FORM.fullmatch(text.strip()) if isinstance(text, str) and len(text) < 300 else None
    if match is None:
        raise ClaimError(
            f'{where}: {shown(text)} is no declaration; write for example "real (m, n)"'
        )
    domain, inside = match[1].strip(), match[2]
    if domain == "matrix":
        domain = "real"
    if domain not in DOMAINS:
        raise ClaimError(f"{where}: {shown(domain)} is no domain{choices(domain, DOMAINS)}")
    shape = () if inside is None else _shape(inside, where)
    if domain == "vector" and len(shape) == 1:
        return Declaration("real", (*shape, sympy.S.One))
    return _checked(domain, shape, where)


def _checked(domain: str, shape: tuple[Any, ...], where: str) -> Declaration:
    if domain == "size" and shape:
        raise ClaimError(f"{where}: a size has no shape; leave the brackets out")
    if domain in SQUARE and (len(shape) != 2 or sympy.expand(shape[0] - shape[1]) != 0):
        raise ClaimError(f'{where}: a {domain} matrix is square; write "{domain} (m, m)"')
    if domain == "vector":
        raise ClaimError(f'{where}: a vector has one size; write "vector (n)"')
    if shape and len(shape) != 2:
        raise ClaimError(f'{where}: a matrix has rows and columns; write "{domain} (m, n)"')
    return Declaration(domain, shape)


def _shape(inside: str, where: str) -> tuple[Any, ...]:
    """Sizes between commas; every name in them is a size."""
    shape = []
    for part in inside.split(","):
        names = {name: sympy.Symbol(name) for name in NAME.findall(part)}
        size = parse(part, Scope(names=names), where)
        if size.is_Matrix or (size.is_number and not (size.is_Integer and 1 <= size <= 100)):
            raise ClaimError(f"{where}: {shown(part.strip())} is no size; write m or a number")
        if not size.is_polynomial(*size.free_symbols):
            raise ClaimError(f"{where}: {shown(part.strip())} is no size; add and multiply only")
        shape.append(size)
    return tuple(shape)
