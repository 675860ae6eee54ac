"""What each rewrite of the scalar theory says, with its source."""

from __future__ import annotations

NUMBERS = (
    "With one head in every layer each stream has one vector, and every overlap and every flux is "
    "a number.",
    "one in the place of every head count",
)
MULTIPLY = (
    "All stages have the same flux. The equation of each stage is put into the one below it, so "
    "that $u$, the overlap of the lowest stream, is the prior value $c$ times one factor for every "
    "stage.",
    "substitution from the bottom up",
)
ENERGY = (
    "The kernel at $u = 1$ is named $K_1$. The flux is $r = -u\\ E'(u)$, with $E$ the labels' part "
    "of the action.",
    "matrix differentiation in reverse",
)
SPECTRUM = (
    "In the eigenbasis of $K_1$ determinant and quadratic form are sums over its eigenvalues "
    "$k_i$; $y_i$ are the components of the labels.",
    "diagonalisation of a symmetric matrix",
)
COLD = (
    "Without a temperature $u$ leaves the determinant and the inverse: "
    "$\\ln\\det (u K_1) = P \\ln u + \\ln\\det K_1$ and $(u K_1)^{-1} = K_1^{-1}/u$. What is "
    "divided by $u$ is named $s$.",
    "homogeneity of determinant and inverse",
)
ACTIONS = (
    "What a stage adds to the action, where its equation holds, depends on its width and on the "
    "flux alone.",
    "substitution of the solved equations",
)
POLYNOMIAL = (
    "At zero temperature $u = s/(P + r)$. Without a signal the left side has the zeros $-P$ and "
    "$-N_l$ alone; beyond the largest of them it grows without bound, so exactly one solution has "
    "positive factors: the largest real root.",
    "a product of growing positive factors",
)
EQUAL = (
    "All widths are equal and the temperature is zero. One factor $v = 1 + r/N$ is left.",
    "Li, Sompolinsky, PRX 11, 031059 (2021), by renaming",
)
GENERIC = (
    "Every stage has an equation of one form. By induction from the lowest stage up, all fluxes "
    "are $r$; by induction from the readout down, $u_l$ is a product over the stages from $l$ on.",
    "induction over the stages",
)
EXPLICIT = (
    "The largest real root of a polynomial of degree two or three.",
    "completed square; Cardano",
)
SERIES = (
    "Where $x = \\epsilon\\ \\psi(x)$, the coefficient of $\\epsilon^k$ in $F(x)$, times $k$, is "
    "that of $x^k$ in $x\\ F'(x)\\ \\psi(x)^k$.",
    "Lagrange 1770; Stanley, Enumerative Combinatorics 2, theorem 5.4.2",
)
LIMIT = ("The scalar equation in a limit.", "limits of elementary functions")
