"""What is said of the change of variables, and its source."""

from __future__ import annotations

CHANGE = (
    "The vectors of a stream are replaced by their overlaps. The density depends on these $m$ "
    r"vectors in $\mathbb{R}^N$ through their overlaps alone; the volume of the vectors with given "
    r"overlaps is a power of their determinant, for $N \ge m$.",
    "Wishart 1928; Muirhead, Aspects of Multivariate Statistical Theory, theorem 2.1.14",
)

CHANGE_PROJECTED = (
    "The vectors of the stream that reads features are replaced by their overlaps and their "
    r"projections $b$ on the all-ones direction. The density depends on these $m$ vectors in "
    r"$\mathbb{R}^N$ through these alone; the other components are in $N - 1$ dimensions and have "
    r"the overlaps $G - b b^\top / N$, whose determinant gives the volume, for $N > m$.",
    "Wishart 1928; Muirhead, Aspects of Multivariate Statistical Theory, theorem 2.1.14",
)
