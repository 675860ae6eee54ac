"""What each step says, with its source; mathematics between dollar signs, in LaTeX."""

from __future__ import annotations

MATRICES = "Gatermann and Parrilo 2004 (Journal of Pure and Applied Algebra 192)"
PALAIS = "Palais 1979 (Communications in Mathematical Physics 69)"

ALGEBRA = (
    "The heads of each declared layer are permuted. A matrix that no permutation changes acts on "
    "the ones over a layer's heads, and on what is orthogonal to them, each by itself: in every "
    "sector it is a smaller matrix, as often as the product of $H - 1$ over the layers in which "
    "the sector is orthogonal to the ones.",
    "representations of the symmetric group; " + MATRICES,
)
ACTION = (
    "Overlaps that no permutation changes are put into the action, and kernels are those of data "
    "that have the symmetry. Traces and determinants add up over the sectors.",
    MATRICES,
)
GRADIENTS = (
    "At symmetric overlaps the gradient is symmetric. A stationary point of the action by sectors "
    "is therefore one of the whole action; whether it is a minimum, directions that break the "
    "symmetry decide.",
    "principle of symmetric criticality; " + PALAIS,
)
EQUATIONS = ("The saddle equations hold sector by sector.", MATRICES)
ONE_LAYER = (
    "With one layer of exchangeable heads the overlaps are $a I + b J$, with $J$ the matrix of "
    "ones: the form of replica symmetry, with $H$ heads in the place of $n$ replicas.",
    "eigenvalues of $a I + b J$",
)
STABILITY = (
    "Kernels that no permutation changes do not see a direction that breaks the symmetry, so only "
    "the prior's part of the action bends along it. Lower streams are eliminated, and the saddle "
    r"equations turn eigenvalues into fluxes. Where the heads of one layer leave the mean ($\mu$), "
    r"or each other ($\nu$, of three heads or more), the point is stable only if these pivots are "
    "positive. Directions in which several layers break at once are not among them; with two "
    "layers with heads, and none below, those always bend upwards.",
    "Schur complements of the second derivatives",
)
INFINITE = (
    "Head counts go to infinity after the widths. Fluxes are summed over what their sectors "
    r"occur, $f = m\ r$. The kernels of sectors are written in $\Delta$: what pairs of paths that "
    "share the heads of the marked layers see beyond pairs that share fewer.",
    "limits of rational functions, coefficient by coefficient",
)
