"""Effective draws per second of both samplers on the packaged task, beside NumPyro's NUTS.

Run with ``python benchmarks/samplers.py [--widths 10 30] [--draws 500]``. NUTS walks in the weights
themselves, in units of their prior, and is left out where numpyro is not installed
(``pip install "derive[nuts]"``). Each sampler's smallest effective sample size over the entries is
divided by the seconds that its draws took; warming up (and compiling) is timed apart.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from derive.sampling.draws import WEIGHTS, Draws
from derive.sampling.statistics import estimates
from derive.theories.networks.description import Data, Network
from derive.theories.networks.runs.climb import packaged_instances
from derive.theories.networks.samplers.overlaps import sample_overlaps
from derive.theories.networks.samplers.weights import sample_weights
from derive.theories.networks.samplers.weights.model import Model
from derive.theories.networks.solver import Solver

CHAINS = 4


@dataclass(frozen=True)
class Row:
    """Smallest effective sample sizes of a run."""

    sampler: str
    warm: float
    seconds: float
    sizes: dict[str, float]
    r_hat: float

    def text(self) -> str:
        """One line of the table."""
        rates = [
            f"{name} {size:7.0f} ({size / self.seconds:8.2f} a second)"
            for name, size in self.sizes.items()
        ]
        return (
            f"  {self.sampler:<18} warm-up {self.warm:6.1f} s, draws {self.seconds:6.1f} s: "
            f"{', '.join(rates)}; R-hat {self.r_hat:.3f}"
        )


def row(name: str, warm: float, found: Draws) -> Row:
    by_name = estimates(found)
    sizes = {key: by_name[key].sample_size for key in ("overlaps", "mean")}
    r_hat = max(by_name[key].r_hat for key in sizes)
    return Row(name, warm, found.seconds - warm, sizes, r_hat)


def ours(name: str, sample: Callable[..., Draws], draws: int) -> Row:
    warm = sample(draws=1, burn=draws // 4, chains=CHAINS)
    return row(name, warm.seconds, sample(draws=draws, chains=CHAINS, resume=warm))


def nuts(network: Network, data: Data, draws: int) -> Row | None:
    try:
        import jax
        import numpyro
        from jax import numpy as jnp
        from numpyro import distributions
    except ImportError:
        return None
    jax.config.update("jax_enable_x64", True)
    model = Model.of(network, data.attended.shape[1])
    count = len(model.graph.weights)
    shapes = [model.shape(k) for k in range(count)]
    scales = [model.scale(k) for k in range(count)]
    deviations = np.sqrt(model.numbers.variances)

    def outputs(tensors, attended):
        vectors = jnp.ones((1, 1))
        for tensor, scale in reversed(list(zip(tensors, scales, strict=True))[1:]):
            vectors = scale * jnp.einsum("vi,hij->hvj", vectors, tensor)
            vectors = vectors.reshape(-1, tensor.shape[2])
        return scales[0] * jnp.einsum("vi,ij,mjv->m", vectors, tensors[0][0], attended)

    def posterior(attended, labels):
        units = [
            numpyro.sample(f"W{k}", distributions.Normal(0, 1).expand(shape).to_event(3))
            for k, shape in enumerate(shapes)
        ]
        mean = outputs([d * unit for d, unit in zip(deviations, units, strict=True)], attended)
        noise = np.sqrt(model.numbers.temperature)
        numpyro.sample("y", distributions.Normal(mean, noise).to_event(1), obs=labels)

    generator = np.random.default_rng(0)
    prior = [model.prior(generator, k)[None] for k in range(count)]
    plain = model.outputs(prior, data.attended)[0]
    assert np.allclose(outputs([tensor[0] for tensor in prior], data.attended), plain, rtol=1e-9)

    walk = numpyro.infer.MCMC(
        numpyro.infer.NUTS(posterior), num_warmup=draws // 2, num_samples=draws,
        num_chains=CHAINS, chain_method="sequential", progress_bar=False,
    )  # fmt: skip
    start = time.perf_counter()
    walk.warmup(jax.random.PRNGKey(0), data.attended, data.labels)
    warm = time.perf_counter() - start
    walk.run(jax.random.PRNGKey(1), data.attended, data.labels)
    seconds = time.perf_counter() - start
    drawn = walk.get_samples()  # one chain after the other
    tensors = [deviations[k] * np.asarray(drawn[f"W{k}"]) for k in range(count)]

    def by_chain(values):
        return values.reshape(CHAINS, -1, *values.shape[1:])

    overlaps = tuple(map(by_chain, model.overlaps(tensors)))
    means = by_chain(model.outputs(tensors, data.attended_test))
    found = Draws(WEIGHTS, overlaps, means, np.zeros_like(means), seed=0, seconds=seconds)
    return row("NUTS on weights", warm, found)


def rows(network: Network, data: Data, draws: int) -> Iterator[Row]:
    solver = Solver.of(network)
    yield ours("exact law", lambda **more: sample_overlaps(solver, network, data, **more), draws)
    yield ours("Gibbs on weights", lambda **more: sample_weights(network, data, **more), draws)
    found = nuts(network, data, draws)
    if found is not None:
        yield found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--widths", type=int, nargs="+", default=[10, 30])
    parser.add_argument("--draws", type=int, default=500, help="of each of four chains")
    given = parser.parse_args()
    base = packaged_instances()[0]
    for width in given.widths:
        print(f"packaged task, N = {width}, P = {len(base.data.labels)}, {CHAINS} chains")
        for found in rows(base.network.with_width(width), base.data, given.draws):
            print(found.text(), flush=True)


if __name__ == "__main__":
    main()
