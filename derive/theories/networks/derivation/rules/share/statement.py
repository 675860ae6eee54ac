"""What is said of eliminating projections, and its source."""

from __future__ import annotations

PROJECTIONS = (
    r"The action is stationary in the projections $b$, at its minimum over them for given "
    r"overlaps. Volume and labels depend on $q = b^\top G^{-1} b / N$ and on a square in $b$; with "
    r"$-\ln(1-q) = \max_\rho [q/\rho - 1/\rho + 1 - \ln\rho]$ the whole is a square, and is "
    r"completed as if $b$ were Gaussian of covariance $\rho G$. One number is left, "
    r"$\rho = 1 - q$, at which $S$ is largest. At infinite width $\rho = 1$: the labels then have "
    "the whole kernel. The fluctuations of $b$ around this point add to the log evidence what does "
    "not grow with $N$.",
    "completing the square; Legendre transform of the logarithm",
)
