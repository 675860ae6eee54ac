"""Prose with mathematics between dollar signs, for each medium."""

from __future__ import annotations

import re
import unicodedata

from derive.typeset.media import LATEX, SUBSCRIPTS, SUPERSCRIPTS
from derive.typeset.symbols import symbol

LIMIT = re.compile(
    r"\b([A-Za-z](?:, [A-Za-z])*) -> (infinity|[01])\b(?: at fixed ([A-Za-z](?:/[A-Za-z])?)\b)?"
)
"""A limit in plain words: of symbols of one letter, others of which, or a ratio, may be fixed."""
LAYER = r"\d*[A-Za-z](?:[+-]\w+)*"
"""The number of a layer, where it is an expression."""
IDENTIFIER = re.compile(
    rf"(?<![\w$\\])([A-Za-z]_(?:\d+(?![A-Za-z])|a|{LAYER}))(?:\^\((-1)\))?(?!\w)"
)
UNICODE = {
    "infty": "∞", "to": "→", "ge": "≥", "le": "≤", "sigma": "σ", "Sigma": "Σ", "Gamma": "Γ",
    "xi": "ξ", "pi": "π", "mu": "μ", "nu": "ν", "partial": "∂", "otimes": "⊗", "oplus": "⊕",
    "cdot": "·", "top": "ᵀ", "dots": "…", "cdots": "⋯", "prod": "∏", "sum": "∑",
    "alpha": "α", "lambda": "λ", "epsilon": "ε", "psi": "ψ",
    "dagger": "†", "ast": "*", "langle": "⟨", "rangle": "⟩",
    "phi": "φ", "kappa": "κ", "Omega": "Ω", "theta": "θ", "sqrt": "√",
    "Delta": "Δ", "mathbb": "", "mathcal": "", "mathrm": "", "text": "",
    "left": "", "right": "", "quad": " ", "propto": "∝", "in": "∈",
}  # fmt: skip
SPACED = ("ln", "det", "to", "ge", "le", "in", "otimes", "oplus", "cdots")
SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "%": r"\%",
    "#": r"\#", "_": r"\_", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "<": r"\ensuremath{<}", ">": r"\ensuremath{>}", "|": r"\ensuremath{|}", '"': "''",
    "-": "-{}", "'": "'{}", "`": "`{}",
}  # fmt: skip
ACCENTS = {
    "\u0300": "`", "\u0301": "'", "\u0302": "^", "\u0303": "~", "\u0308": '"', "\u0304": "=",
    "\u0307": ".", "\u0306": "u", "\u030c": "v", "\u030b": "H", "\u0327": "c", "\u0323": "d",
}  # fmt: skip
LETTERS = {
    "ß": r"\ss{}", "æ": r"\ae{}", "Æ": r"\AE{}", "œ": r"\oe{}", "Œ": r"\OE{}", "ø": r"\o{}",
    "Ø": r"\O{}", "ł": r"\l{}", "Ł": r"\L{}", "å": r"\aa{}", "Å": r"\AA{}", "ı": r"\i{}",
    "–": "--{}", "—": "---{}", "‘": "`{}", "’": "'{}", "“": "``{}", "”": "''{}",
    "…": r"\ldots{}", "×": r"\ensuremath{\times}", "·": r"\ensuremath{\cdot}",
    "→": r"\ensuremath{\to}", "∞": r"\ensuremath{\infty}", "≤": r"\ensuremath{\leq}",
    "≥": r"\ensuremath{\geq}", "±": r"\ensuremath{\pm}", "−": r"\ensuremath{-}",
    "°": r"\ensuremath{{}^\circ}", "²": r"\ensuremath{{}^2}", "³": r"\ensuremath{{}^3}",
    "¿": "?`{}", "¡": "!`{}", "§": r"\S{}", "©": r"\copyright{}", "£": r"\pounds{}",
}  # fmt: skip
GREEK = re.compile(r"GREEK (SMALL|CAPITAL) LETTER ([A-Z]+)")
GREEK_LIKE_LATIN = {
    "OMICRON": "o", "ALPHA": "A", "BETA": "B", "EPSILON": "E", "ZETA": "Z", "ETA": "H",
    "IOTA": "I", "KAPPA": "K", "MU": "M", "NU": "N", "RHO": "P", "TAU": "T", "CHI": "X",
}  # fmt: skip


def typeset(text: str) -> str:
    r"""Plain words with the program's identifiers as mathematics.

    >>> typeset("multiply by G_1 from the right")
    'multiply by $G_1$ from the right'
    >>> print(typeset("N, P -> infinity at fixed P/N"))
    $N, P \to \infty$ at fixed $P/N$
    """
    parts = text.split("$")
    parts[::2] = [LIMIT.sub(_limit, part) for part in parts[::2]]
    parts = "$".join(parts).split("$")
    parts[::2] = [IDENTIFIER.sub(_identifier, part) for part in parts[::2]]
    parts[::2] = [re.sub(rf"(?<=tream )({LAYER})(?=[ ,;.]|$)", r"$\1$", p) for p in parts[::2]]
    return "$".join(parts)


def _limit(match: re.Match[str]) -> str:
    symbols, value, fixed = match.groups()
    end = r"\infty" if value == "infinity" else value
    return rf"${symbols} \to {end}$" + (f" at fixed ${fixed}$" if fixed else "")


def _identifier(match: re.Match[str]) -> str:
    shown = LATEX.text(symbol(match[1]))
    return f"${shown}^{{-1}}$" if match[2] else f"${shown}$"


def unicode_of(text: str) -> str:
    r"""The text for a terminal, its mathematics in Unicode as far as that goes.

    >>> unicode_of(r"as $N \to \infty$")
    'as N → ∞'
    """
    parts = text.split("$")
    parts[1::2] = [unicode_math(part) for part in parts[1::2]]
    return "".join(parts)


def unicode_math(latex: str) -> str:
    r"""A short formula in Unicode.

    >>> unicode_math(r"\langle f_\ast \rangle")
    '⟨f_*⟩'
    """
    latex = latex.replace("^{1/2}", "^½")
    text = re.sub(r"\\mathcal\{?([A-Z])\}?", r"\1", latex)
    text = re.sub(r"\\frac\{([^{}]*)\}\{([^{}]*)\}", r"\1/\2", text)
    text = re.sub(r"\\([A-Za-z]+) ?", _command, text)
    text = re.sub(r"_\{?([0-9a]+)\}?(?!\w)", lambda found: found[1].translate(SUBSCRIPTS), text)
    text = re.sub(r"\^\{?(-?\d+)\}?", lambda found: found[1].translate(SUPERSCRIPTS), text)
    return text.replace("{", "").replace("}", "").replace("\\", "")


def _command(match: re.Match[str]) -> str:
    rest = match.string[match.end() :]
    spaced = match[1] in SPACED or (match[0].endswith(" ") and rest.startswith(("=", r"\to ")))
    gap = " " if spaced and rest else ""
    return UNICODE.get(match[1], match[1]) + gap


def tex_escaped(text: str) -> str:
    r"""Any text as LaTeX that pdfLaTeX sets, whatever characters are in it.

    A character without a LaTeX form is shown by its Unicode number.

    >>> tex_escaped("50% & Größe_1 中")
    '50\\% \\& Gr\\"{o}\\ss{}e\\_1 [U+4E2D]'
    """
    return "".join(map(_tex_character, unicodedata.normalize("NFC", text)))


def _tex_character(char: str) -> str:
    if char in SPECIAL:
        return SPECIAL[char]
    if char.isascii():
        return char
    if char in LETTERS:
        return LETTERS[char]
    decomposed = unicodedata.normalize("NFD", char)
    if len(decomposed) == 2 and decomposed[0].isascii() and decomposed[1] in ACCENTS:
        base = {"i": r"\i", "j": r"\j"}.get(decomposed[0], decomposed[0])
        return rf"\{ACCENTS[decomposed[1]]}{{{base}}}"
    return _greek(decomposed[0]) or (" " if char.isspace() else f"[U+{ord(char):04X}]")


def _greek(char: str) -> str:
    match = GREEK.fullmatch(unicodedata.name(char, ""))
    if not match or char == "ς":
        return r"\ensuremath{\varsigma}" if char == "ς" else ""
    size, name = match.groups()
    name = {"LAMDA": "LAMBDA", "OMEGA": "OMEGA"}.get(name, name)
    if name in GREEK_LIKE_LATIN and (size == "CAPITAL" or name == "OMICRON"):
        letter = GREEK_LIKE_LATIN[name]
        return letter.upper() if size == "CAPITAL" else letter
    command = name.capitalize() if size == "CAPITAL" else name.lower()
    return rf"\ensuremath{{\{command}}}"


def markdown_escaped(text: str) -> str:
    r"""Any text as Markdown that shows it as it is.

    >>> markdown_escaped("a_b $x$ <i>")
    'a\\_b \\$x\\$ \\<i\\>'
    """
    return re.sub(r"([\\`*_\[\]<>#|$&~])", r"\\\1", text)
