"""Seeds, going on, interrupts, files and diagnostics of both samplers."""

import json
from dataclasses import replace

import numpy as np
import pytest
from small_networks import NETWORKS, random_data, solver

from derive.errors import DeriveError, SamplingError
from derive.sampling.statistics import estimate, estimates
from derive.theories.networks.description import Data
from derive.theories.networks.samplers.files import load_draws, save_draws
from derive.theories.networks.samplers.overlaps import sample_overlaps
from derive.theories.networks.samplers.weights import sample_weights

NAME = "one attention"
DATA = random_data(NETWORKS[NAME], examples=4, features=3)


def weights(name=NAME, data=DATA, **more):
    return sample_weights(NETWORKS[name], data, **({"chains": 2, "seed": 3} | more))


def overlaps(name=NAME, data=DATA, **more):
    return sample_overlaps(solver(name), NETWORKS[name], data, **({"chains": 2, "seed": 3} | more))


@pytest.fixture(params=[weights, overlaps], scope="module", ids=["weights", "overlaps"])
def sampler(request):
    return request.param


@pytest.fixture(scope="module")
def whole(sampler):
    return sampler(draws=9, burn=4)


def same(first, second):
    ours, theirs = ((*d.overlaps, d.means, d.variances) for d in (first, second))
    return all(map(np.array_equal, ours, theirs))


def test_seeds_reproduce_and_differ(sampler, whole):
    assert same(whole, sampler(draws=9, burn=4))
    assert not same(whole, sampler(draws=9, burn=4, seed=4))
    assert not np.array_equal(whole.means[0], whole.means[1])


def test_going_on_equals_one_run(sampler, whole, tmp_path):
    first = sampler(draws=5, burn=4)
    assert same(whole, sampler(draws=9, resume=first))
    save_draws(tmp_path / "draws.npz", first)
    assert same(whole, sampler(draws=9, resume=load_draws(tmp_path / "draws.npz")))


def test_an_interrupt_keeps_draws_to_go_on_with(sampler, whole):
    def stop(done):
        if done >= 2 * (4 + 3):
            raise KeyboardInterrupt

    found = sampler(draws=9, burn=4, progress=stop)
    assert found.interrupted and found.draws == 3
    rest = sampler(draws=9, resume=found)
    assert not rest.interrupted and same(whole, rest)


def test_an_interrupt_before_the_first_draw_is_one():
    def stop(done):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        weights(draws=9, burn=4, progress=stop)


def test_draws_of_something_else_are_refused(sampler, whole):
    other = weights if sampler is overlaps else overlaps
    changes = {
        "seed": lambda: sampler(draws=12, resume=whole, seed=9),
        "chains": lambda: sampler(draws=12, resume=whole, chains=3),
        "method": lambda: other(draws=12, resume=whole),
        "state": lambda: sampler(draws=12, resume=replace(whole, state=None)),
        "fewer": lambda: sampler(draws=8, resume=whole),
        "network": lambda: sampler("no layer", random_data(NETWORKS["no layer"]), resume=whole),
        "tests": lambda: sampler(data=replace(DATA, attended_test=None), draws=12, resume=whole),
    }
    for name, change in changes.items():
        with pytest.raises(SamplingError) as caught:
            change()
        assert "\n" not in str(caught.value), name


def test_damaged_files_are_refused_in_one_line(tmp_path, whole):
    path = tmp_path / "draws.npz"
    save_draws(path, whole)
    content = path.read_bytes()
    with np.load(path) as stored:
        arrays = {key: stored[key] for key in stored.files}
    about = json.loads(str(arrays["about"]))
    path.write_bytes(content[: len(content) // 2])
    cases = [path, tmp_path / "missing.npz", tmp_path / "empty.npz"]
    cases[2].write_bytes(b"")
    states = [{"generator": {}, "arrays": [1]}]
    for number, change in enumerate(({"format": "x"}, {"streams": 9}, {"states": states})):
        cases.append(tmp_path / f"{number}.npz")
        np.savez(cases[-1], **(arrays | {"about": np.array(json.dumps(about | change))}))
    for case in cases:
        with pytest.raises(SamplingError, match="no readable draws") as caught:
            load_draws(case)
        assert "\n" not in str(caught.value)


def test_what_makes_no_sense_is_refused(sampler):
    network = NETWORKS[NAME].with_temperature(0)
    flat = Data(np.ones_like(DATA.attended), DATA.labels)
    with pytest.raises(DeriveError, match="raise the temperature"):
        if sampler is weights:
            sample_weights(network, flat)
        else:
            sample_overlaps(solver(NAME), network, flat)
    for wrong in ({"draws": 0}, {"chains": 0}, {"burn": -1}):
        with pytest.raises(SamplingError, match="whole number"):
            sampler(**({"draws": 3} | wrong))


def test_chains_that_have_not_mixed_are_flagged():
    noise = np.random.default_rng(1).normal(size=(4, 500, 3))
    assert estimate("x", noise).unmixed() == ""
    apart = noise + 3.0 * (np.arange(4) == 2)[:, None, None] * (np.arange(3) == 1)
    assert "R-hat" in estimate("x", apart).unmixed()
    slow = np.cumsum(noise, axis=1)
    assert estimate("x", slow).unmixed()
    few = replace(estimate("x", noise), sample_size=estimate("x", noise[:, :50]).sample_size)
    assert few.sample_size < 400 and "sample size" in few.unmixed()


def test_constants_are_known_and_neither_gaps_nor_standing_chains_are():
    noise = np.random.default_rng(2).normal(size=(4, 500, 2))
    constant = noise * [1, 0] + [0, 2.5]
    found = estimate("x", constant)
    assert found.unmixed() == "" and found.value[1] == 2.5 and found.error[1] == 0
    assert found.error[0] == pytest.approx(1 / np.sqrt(2000), rel=0.2)
    gap = noise.copy()
    gap[1, 7, 1] = np.nan
    assert estimate("x", gap).unmixed()
    standing = np.broadcast_to(np.arange(4.0)[:, None, None], (4, 500, 1))
    assert estimate("x", standing).unmixed()


def test_too_few_draws_give_no_estimate(whole):
    with pytest.raises(SamplingError, match="4 or more"):
        estimates(replace(whole, means=whole.means[:, :3]))
