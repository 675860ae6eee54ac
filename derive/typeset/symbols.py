"""How symbols look: the letters of the papers, from the names that the program gives them."""

from __future__ import annotations

import re

from derive.typeset.boxes import Atom, Box, Fence, Infix, Script, Sum

GREEK = {
    "sigma": ("\\sigma", "σ"),
    "Sigma": ("\\Sigma", "Σ"),
    "Phi": ("\\Phi", "Φ"),
    "alpha": ("\\alpha", "α"),
    "beta": ("\\beta", "β"),
    "Lambda": ("\\Lambda", "Λ"),
    "Delta": ("\\Delta", "Δ"),
    "delta": ("\\delta", "δ"),
    "lambda": ("\\lambda", "λ"),
    "gamma": ("\\gamma", "γ"),
    "kappa": ("\\kappa", "κ"),
    "phi": ("\\phi", "φ"),
    "Omega": ("\\Omega", "Ω"),
    "Pi": ("\\Pi", "Π"),
    "mu": ("\\mu", "μ"),
    "rho": ("\\rho", "ρ"),
    "nu": ("\\nu", "ν"),
    "pi": ("\\pi", "π"),
    "omega": ("\\omega", "ω"),
    "epsilon": ("\\epsilon", "ε"),
    "eta": ("\\eta", "η"),
    "theta": ("\\theta", "θ"),
    "tau": ("\\tau", "τ"),
    "chi": ("\\chi", "χ"),
    "xi": ("\\xi", "ξ"),
    "lam": ("\\lambda", "λ"),
    "inf": ("\\infty", "∞"),
}
WIDTHS = {"I": 0.55, "S": 0.68, "T": 0.74, "H": 0.92, "K": 0.92, "N": 0.92, "m": 0.9}
SPECIAL = {"temperature": "T", "outputs": "O"}
STAR = Atom(r"\ast", "*", 0.5)
STARS = Atom(r"\ast\ast", "**", 1.0)
TOP = Atom(r"\top", "⊤", 0.7)
DAGGER = Atom(r"\dagger", "†", 0.45)
INVERSE = Atom("-1", "-1", 1.3)
PI = Atom(r"\pi", "π", 0.6)
OTIMES = Atom(r"\otimes", "⊗", 0.8)
OPLUS = Atom(r"\oplus", "⊕", 0.8)
LN = Atom(r"\ln", "ln", 0.85)
EXP = Atom(r"\exp", "exp", 1.4)
LNDET = Atom(r"\ln\det", "ln det", 2.4)
LNGAMMA = Atom(r"\ln\Gamma", "ln Γ", 1.6)
LNNORMAL = Atom(r"\ln\mathcal{N}", "ln 𝒩", 1.95)
TRACE = Atom(r"\mathop{\mathrm{tr}}\nolimits", "tr", 0.85)
DIAGONAL = Atom(r"\mathop{\mathrm{diag}}\nolimits", "diag", 1.9)
KERNEL = Atom(r"\mathcal{K}", "𝒦", 0.8)
SELECT = Atom(r"\Pi", "Π", 0.8)
ONES = Atom(r"\mathbf{1}", "𝟏", 0.6)
READOUT = Atom(r"\mathcal{X}", "𝒳", 0.8)
SUM = Atom(r"\sum", "∑", 1.5)
PRODUCT = Atom(r"\prod", "∏", 1.4)
EMBED = Atom(r"\mathcal{E}", "ℰ", 0.65)


def number(value: int) -> Atom:
    """A whole number that is not negative."""
    return Atom(str(value), str(value), 0.5 * len(str(value)))


def letter(name: str) -> Atom:
    """A single letter, a Greek letter by its name, or a word upright."""
    if name in GREEK:
        return Atom(*GREEK[name], 0.65)
    if re.fullmatch("d[A-Z]", name):  # a differential
        return Atom(name, name, 0.56 + 0.82)
    if name.startswith("d") and name[1:] in GREEK:
        latex, plain = GREEK[name[1:]]
        return Atom(f"d{latex}", f"d{plain}", 0.56 + 0.65)
    if len(name) == 1:
        return Atom(name, name, WIDTHS.get(name, 0.82 if name.isupper() else 0.56))
    escaped = name.replace("_", r"\_")
    return Atom(rf"\mathrm{{{escaped}}}", name, 0.6 * len(name))


def script_of(text: str) -> Box:
    """An index: a number, a letter, the star of the test set, or the number of a layer."""
    if text in ("*", "**"):
        return STAR if text == "*" else STARS
    if text.isdigit():  # digits of a sector keep their zeros
        return Atom(text, text, 0.5 * len(text))
    if text.isalpha():
        return letter(text)
    return Atom(re.sub(r"[A-Za-z]{2,}", r"\\mathrm{\g<0>}", text), text, 0.55 * len(text))


def symbol(name: str) -> Box:
    r"""The box of a symbol's name: `s_a` is a variance, sigma squared; `H_1-1` is one head less.

    >>> from derive.typeset.media import LATEX
    >>> [LATEX.text(symbol(name)) for name in ("s_0", "G_l+1", "Kstar", "temperature")]
    ['\\sigma_0^2', 'G_{l+1}', 'K_\\ast', 'T']
    >>> [LATEX.text(symbol(name)) for name in ("Kstar_inf", "D_1_order2")]
    ['K_\\ast^\\infty', 'D_1^{(2)}']
    """
    name = SPECIAL.get(name, name)
    if re.fullmatch(r"[A-Za-z]+_(\d+|a)-1", name):  # l-1, with a letter, is a layer's number
        return Fence(Sum(((False, symbol(name[:-2])), (True, number(1)))))
    head, _, sector = name.partition(",")
    if sector:  # an index of its own, behind that of the stream
        base = symbol(head)
        assert isinstance(base, Script)
        index = f"{head.rpartition('_')[2]},{sector}"
        return Script(base.base, Atom(index, index, 0.5 * len(index)))
    expanded = re.fullmatch(r"(.+)_order(\d+)", name)
    if expanded:
        base, order = symbol(expanded[1]), Fence(number(int(expanded[2])))
        if isinstance(base, Script) and base.high is None:
            return Script(base.base, base.low, order)
        return Script(base, None, order)
    hatted = re.fullmatch(r"([A-Za-z])hat(_.+)?", name)
    if hatted:
        base = Atom(rf"\hat{{{hatted[1]}}}", hatted[1] + "\u0302", 0.6)
        return Script(base, script_of(hatted[2][1:])) if hatted[2] else base
    starred = r"([A-Za-z])(star|starstar)(_[A-Za-z]+)?"
    match = re.fullmatch(rf"{starred}|([A-Za-z]+?)_([A-Za-z0-9+-]+)", name)
    if not match:
        return letter(name)
    if match[1]:
        stars = script_of("*" * (len(match[2]) // 4))
        high = script_of(match[3][1:]) if match[3] else None
        return Script(letter(match[1]), stars, high)
    if match[4] == "s":
        return Script(letter("sigma"), script_of(match[5]), number(2))
    return Script(letter(match[4]), script_of(match[5]))


def is_square(name: str) -> bool:
    """Whether the symbol stands for a square, and prints with an exponent of its own."""
    return name.startswith("s_")


def tensor(left: Box, right: Box) -> Box:
    """A (x) B."""
    return Infix(OTIMES, (left, right))
