"""What is said of Gaussian features, and its source."""

from __future__ import annotations

from derive.theories.networks.description import Features
from derive.theories.networks.description.feature_maps import feature_map, has_mean

FEATURES_SOURCE = "Pacelli et al. 2023; leading order, not an exact law"
GAUSSIAN_ONLY = (
    "What follows is about Gaussian "
    "features, also where it is exact for these; at fixed $P$ terms in $1/N$ of the features' "
    "own come beside those below."
)


def features_replaced(layer: Features) -> tuple[str, str]:
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
