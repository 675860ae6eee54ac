"""What each rule says, with its source; mathematics between dollar signs, in LaTeX."""

from __future__ import annotations

from typing import Any

import sympy

from derive.algebra.latex import latex
from derive.steps.step import Equation
from derive.theories.networks.derivation.notation import Notation
from derive.theories.networks.derivation.rules.hessian import Hessian
from derive.theories.networks.description import Features
from derive.theories.networks.description.feature_maps import feature_map, has_mean

MEAN = r"\langle f_\ast \rangle"
VARIANCE = r"\mathrm{var}\ f_\ast"
CONSTANT = r"\ln p + \frac{1}{2} S"
VOLUME = r"\text{volume}"
DROPPED = r"\text{dropped}"
FLUCTUATION = r"\text{fluctuations of } b"
CHAIN_ACTION = r"S_U"
CHAIN_SHIFT = r"S - S_U"

PAPER = "Tiberi, Mignacco, Irie, Sompolinsky 2024 (arXiv:2405.15926)"
START = (
    "The joint density of labels and weights. Effective vectors $g$ carry the readout down to "
    "each stream; the outputs, the mean of $y$, are linear in every weight.",
    PAPER,
)
FEATURES_SOURCE = "Pacelli et al. 2023; leading order, not an exact law"


def features(layer: Features) -> tuple[str, str]:
    """What replaces the features of a nonlinear first layer, and where it is from."""
    known = feature_map(layer.kernel)
    if known is None:
        kernel = r"$\kappa$ is given, and is multiplied by $\sigma_0^2$"
    else:
        kernel = (
            rf"$\kappa(x, x') = \langle \phi(h) \phi(h') \rangle$ with $\phi(h) = {known.formula}$"
        )
        kernel += r" and $h$ Gaussian of covariance $\sigma_0^2\ x \cdot x' / N_x$"
    return _with_mean(kernel) if has_mean(layer.kernel) else _without_mean(kernel)


def _with_mean(kernel: str) -> tuple[str, str]:
    return (
        "The features of the first layer are replaced by Gaussian ones of the same mean and "
        "covariance. Given the vectors above, the outputs are sums over independent neurons, whose "
        "features have mean and second moment of "
        rf"$\phi$; {kernel}. The mean is the same for all neurons: it is read by the projections "
        r"$\mathbf{1}[g] = g\,\mathbf{1} / \sqrt{N}$ of the vectors on the all-ones direction, as "
        r"large as $\sqrt{N}$ where the labels' mean is. The rest is linear in new weights $V_0$, "
        "and attended inputs are vectors of the kernel's feature space, of dimension $N_0$, whose "
        r"direction along the mean is a number of its own, $m$: $\frac{\sigma_0^2}{N_0} "
        r"(m^\pi_\mu m^{\pi'}_\nu + \xi^\pi_\mu \cdot \xi^{\pi'}_\nu) = "
        r"\sum_{st} \Omega^\pi_{\mu s} \kappa(x_{\mu s}, x_{\nu t}) \Omega^{\pi'}_{\nu t}$. "
        "First and second moments of the outputs stay as they are; higher cumulants are dropped, "
        r"of order $1/\sqrt{N}$ and smaller. " + GAUSSIAN_ONLY,
        FEATURES_SOURCE,
    )


def _without_mean(kernel: str) -> tuple[str, str]:
    return (
        "The features of the first layer are replaced by Gaussian ones of the same second moment. "
        "Given the vectors above, neurons are independent, and a neuron that changes its sign does "
        "not change the law of the vectors: features may be taken with random signs, of mean zero "
        f"and the second moment of the kernel; {kernel}. Gaussian features are linear in new "
        "weights $V_0$, and the attended inputs are vectors of the kernel's feature space, of "
        r"dimension $N_0$, with $\frac{\sigma_0^2}{N_0} \xi^\pi_\mu \cdot \xi^{\pi'}_\nu = "
        r"\sum_{st} \Omega^\pi_{\mu s} \kappa(x_{\mu s}, x_{\nu t}) \Omega^{\pi'}_{\nu t}$. "
        "The second moments of the outputs stay as they are. " + GAUSSIAN_ONLY,
        FEATURES_SOURCE,
    )


GAUSSIAN_ONLY = (
    "What follows is about Gaussian "
    "features, also where it is exact for these; at fixed $P$ terms in $1/N$ of the features' "
    "own come beside those below."
)


START_FEATURES = (
    "The joint density of labels and weights. Effective vectors $g$ carry the readout down to "
    "each stream; the outputs, the mean of $y$, are linear in every weight but the first, which "
    "stands before the nonlinearity.",
    PAPER,
)
INTEGRATE = (
    "A Gaussian weight on which the outputs depend linearly is integrated. The labels become "
    "Gaussian, with the covariance of the outputs added to the noise.",
    "Gaussian integral",
)
CONDITION = (
    "A weight is replaced by the law of the vectors that it makes. Given the vectors above, it "
    "adds independent Gaussian columns to the stream below, of covariance "
    r"$\frac{\sigma^2}{H} I_H \otimes G$ with $G$ the overlaps above.",
    "linear image of a Gaussian law",
)
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
LIMIT = (
    "The action is twice the negative log density at leading order. $N - m - 1$ becomes $N$, and "
    r"$\ln\Gamma_m$ is replaced by Stirling's formula; what is dropped grows like $\ln N$.",
    PAPER,
)
STATIONARY = (
    "The symmetric gradients of the action vanish, "
    r"$dS = \mathrm{tr}(\frac{\partial S}{\partial G} dG) = 0$.",
    "matrix differentiation in reverse",
)
ELIMINATE = (
    "The equation is solved for the overlaps, and the flux $R$ is named. One weight makes all "
    "vectors of this stream.",
    "multiplication, partial traces, substitution of earlier equations, naming",
)
IMPLICIT_SOURCE = "multiplication"
"""The statement is the reason why the equation stays implicit."""
PREDICT = (
    "Outputs on test examples are conditioned on the labels. Both are jointly Gaussian given the "
    "overlaps, which the saddle point fixes.",
    "conditioning of a Gaussian law",
)
INFINITE = (
    "The vectors of every weight have their prior covariance $Q$, and vectors of different weights "
    "do not overlap. The labels' part does not grow with the width.",
    "stationarity at leading order",
)
CORRECT = (
    "The stationarity equations are linearised at the infinite-width point. They are solved from "
    "the bottom to the top (forces $Y$) and back (shifts $D$ of the overlaps).",
    "linear response",
)
HESSIAN = (
    "The gradients change along symmetric directions $dG$ of all overlaps jointly: the Hessian, as "
    "a linear map. Its spectrum depends on coordinates; here they are whitened, with $X$ symmetric "
    r"and $\sum_s \mathrm{tr}\ X_s^2 = 1$. A direction is stiff where its eigenvalue $\lambda$ is "
    "large, and sloppy where it is small.",
    "matrix differentiation in reverse, twice",
)
WHITENED = ("dG_s", r"G_s^{1/2}\ X_s\ G_s^{1/2}")
EIGENVALUES = (r"\lambda\ X_s", r"G_s^{1/2}\ d(\partial S/\partial G_s)\ G_s^{1/2}")
"""Both sides of what defines the coordinates, and of the eigenvalue problem in them."""
CHAIN = (
    r"The order parameters are rescaled to the papers' $U_l = (H_l \cdots H_L)\ G_l$. What does "
    "not depend on them leaves the action.",
    PAPER,
)

INDUCTION_SOURCE = "induction over the layers, from the readout down"
REPEATED_START = (
    "The joint density of labels and weights. A block of layers is repeated; its copies have sizes "
    "and variances of their own. Streams and weights are counted from the input, the readout's "
    "included.",
    PAPER,
)
BASE = (
    "Base of the induction: the weights above the repeated layers are replaced by the law of their "
    "vectors, and the vectors by their overlaps.",
    "linear image of a Gaussian law; Wishart 1928",
)
INDUCTION_STEP = (
    "Step of the induction: the density depends on the vectors above copy $l$ through their "
    "overlaps alone. Its weights are replaced by the law of their vectors, and these by their "
    "overlaps; the density then depends on the vectors below in the same way.",
    INDUCTION_SOURCE,
)
BELOW = (
    "The layers below the repeated ones, in the same way.",
    "linear image of a Gaussian law; Wishart 1928",
)
BASE_WITHIN = (
    "Base of the induction: the weights above the repeated layers are replaced by the law of their "
    "vectors.",
    "linear image of a Gaussian law",
)
WITHIN = (
    "The weights are replaced by the law of their vectors, given those of the stream that are "
    "there already: $v_k$, from the first of the stream down to those of weight $k$.",
    "linear image of a Gaussian law",
)
WITHIN_STEP = (
    f"Step of the induction. {WITHIN[0]} All copies are in one stream: the density of its vectors "
    "is a product over the copies.",
    INDUCTION_SOURCE,
)
SHARED_CHANGE = (
    "All vectors of the stream are replaced by their overlaps, at once: whatever the copies, the "
    "density depends on them through these alone. The laws of the copies keep their form, with "
    "blocks of the overlaps in the place of products of vectors.",
    "Wishart 1928; Muirhead, Aspects of Multivariate Statistical Theory, theorem 2.1.14",
)
POINT = (
    r"$\Lambda_k$ are the overlaps of the vectors of a stream down to those of weight $k$, block "
    "diagonal."
)
FORCE = (
    "$F_k$ is the force on the vectors of a stream down to those of weight $k$, from all that is "
    "below these; $D_k$ is their shift. Forces go up and shifts come down from copy to copy."
)
ANY_DEPTH = (
    "The exact law at finite width and any depth: every copy brings the terms of the step.",
    INDUCTION_SOURCE,
)
LAYER_EQUATIONS = (
    "The saddle-point equation of every kind of layer. That of the layer below is assumed in the "
    "form that is found: this is the induction, upwards.",
    "multiplication, partial traces, substitution of the equation below, naming",
)
CLOSED = (
    "The equations are substituted into one another from the lowest up. Each flux is a partial "
    "trace of the lowest one, so that the lowest overlaps solve one equation, whatever the depth. "
    "The highest factor stands on the left. A solution is a saddle point only if all overlaps are "
    "positive definite.",
    "induction over the layers, upwards",
)


def slope_name(overlap: Any) -> str:
    """What the gradient with respect to an order parameter is called, in LaTeX."""
    return rf"\partial S/\partial {latex(overlap)}"


def hessian_equations(found: Hessian, notation: Notation) -> tuple[Equation, ...]:
    """The changes of the gradients, and the eigenvalue problem in whitened coordinates."""
    pairs = zip(notation.streams(), found.changes, strict=True)
    shown = []
    if found.follower is not None:
        step, push, stiffness = found.follower
        shown.append(Equation("0", sympy.expand(push + step * stiffness)))
    shown += [
        Equation(f"d({slope_name(notation.overlap(s.index))})", change) for s, change in pairs
    ]
    return (*shown, Equation(*WHITENED), Equation(*EIGENVALUES))
