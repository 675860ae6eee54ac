"""What is said of conditioning a weight, and its source."""

from __future__ import annotations

CONDITION = (
    "A weight is replaced by the law of the vectors that it makes. Given the vectors above, it "
    "adds independent Gaussian columns to the stream below, of covariance "
    r"$\frac{\sigma^2}{H} I_H \otimes G$ with $G$ the overlaps above.",
    "linear image of a Gaussian law",
)
