"""What each step of an expansion says, with its source."""

from __future__ import annotations

LAPLACE = "Laplace's method to first order; Tierney and Kadane 1986 (JASA 81, 82)"

OVERLAPS = (
    "The saddle-point equations are solved order by order in $1/N$ at fixed $P$. Each order is the "
    "linear response of the overlaps to what the orders below it leave over. Forces go up from the "
    "labels, $Y_y$, by way of those on covariances, $Y$, and on streams, $F$. What a stream adds "
    "to its prior covariance, $Z$, comes down as shifts $D$.",
    "linear response and power series",
)
ACTION = (
    r"At the saddle point the gradients vanish, so that the widths change $\epsilon S$ through "
    r"$\epsilon = 1/N$ alone, and the terms of $S$ follow from those of $E$. $S_\infty$ holds all "
    "that is of order $N$ and $1$.",
    "the envelope theorem",
)
PREDICTOR = ("Mean and variance of the predictor are expanded along the overlaps.", "power series")
SPLIT = (
    "Twice the negative log density of the overlaps falls into a part $L$ that grows with the "
    "widths and a part $A$ that does not: the labels, and the $m + 1$ of each exponent.",
    "the exact law at finite width",
)
FLUCTUATE = (
    "The leading part $L$ is least at the infinite-width point. To second order it is a sum of "
    "squares, one per stream, in what the stream adds to the prior covariance that the streams "
    "above give it: independent Gaussian matrices $Z$, of which the fluctuations $X$ of the "
    "overlaps are made.",
    LAPLACE,
)
PRIOR = (
    r"Without labels the law of a weight's vectors is normalised whatever their covariance "
    r"$\Sigma$, so that the derivative of its logarithm with respect to $\Sigma$ averages to "
    "zero. This fixes the mean of their overlaps, given those above, at any width.",
    "differentiation of the normalisation",
)
MEAN = (
    "The mean moves with the forces of $A$ and with the third derivatives of $L$, averaged over "
    "fluctuations. Without labels it does not move, so that third derivatives and $m + 1$ cancel; "
    "what is left is the linear response to the labels, as at the saddle point.",
    LAPLACE,
)
RESPONSE = r"L''[D]"
FORCES = r"-A' - \frac{1}{2} \langle L'''[X, X]\rangle"
AVERAGE = (
    "Mean and variance of the output are averaged over the overlaps: they move with the mean of "
    "the overlaps, and by their curvature along the fluctuations. The variance of the mean itself "
    "is added to the variance.",
    f"{LAPLACE}; the law of total variance",
)

SADDLE_NOTE = (
    "The saddle point is not the exact law: at fixed $P$ fluctuations and the terms $N - m - 1$ "
    "move the predictor at order $1/N$ too."
)
EXACT_NOTE = (
    r"Averages over the posterior law of the overlaps; $\langle\ \rangle$ on the right is the "
    "average over their fluctuations."
)
NAMES = "Names, in the order of their definitions"
