"""The verification ladder of a network: its jobs in processes, and what they found together."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from derive.errors import DataError, SamplingError, SizeError
from derive.evidence.rung import Deviation, rung_from_dict
from derive.files.seals import Broken, made_from, read_json, sealed_json, unsealed_json
from derive.running.files import finite, write_json
from derive.running.folder import writable
from derive.running.program import program
from derive.running.progress import bar
from derive.running.workers import run_jobs
from derive.sampling.draws import Draws
from derive.theories.networks.checks import at_chosen_depths, chosen_depths
from derive.theories.networks.description import Data, Network, data_from_arrays, network_to_toml
from derive.theories.networks.description.feature_inputs import feature_note
from derive.theories.networks.description.graph import stream_graph
from derive.theories.networks.ladder import Effort, Instance, Ladder, Run, Rung, runs_for
from derive.theories.networks.ladder.effort import report
from derive.theories.networks.ladder.judging import deviations, weights_rung
from derive.theories.networks.ladder.theory import Theory
from derive.theories.networks.ladder.wording import reworded, reworded_rung
from derive.theories.networks.runs.folder import DRAWS
from derive.theories.networks.runs.packaged import packaged_network
from derive.theories.networks.runs.task import digest_of_data
from derive.theories.networks.samplers.files import load_draws
from derive.theories.networks.solver import Solver
from derive.theories.networks.tasks import PATH_NAMES, hidden_markov
from derive.theories.networks.tasks.hidden_markov import HEAD_NAMES

PACKAGED_WIDTHS = (10, 30)
PACKAGED_PATHS = 4
PACKAGED_TESTS = 20
THEORY = "theory.json"
LADDER = "ladder.json"


NO_LAW = "the samplers of weights and overlaps do not have b: their rungs are left out"
"""What a ladder says where there is no instance to sample."""


@dataclass(frozen=True, eq=False)
class Climb:
    """A ladder to be climbed.

    Attributes:
        network: The description.
        instances: What the samplers are run on; the first one at growing widths.
        digits: Decimal digits of the checks.
        seed: Of random instances and chains.
        effort: How much is drawn.
        processes: To run at once.
    """

    network: Network
    instances: tuple[Instance, ...]
    digits: int = 50
    seed: int = 0
    effort: Effort = field(default_factory=Effort)
    processes: int = 2

    def fingerprint(self) -> str:
        """A digest of what the draws depend on: program, networks, data, seeds."""
        return self._fingerprint

    @cached_property
    def _fingerprint(self) -> str:
        instances = (
            f"{network_to_toml(instance.network)} {digest_of_data(instance.data)}"
            for instance in self.instances
        )
        network = network_to_toml(self.network)
        return made_from(program(), network, self.seed, self.effort.chains, *instances)

    @property
    def theory_source(self) -> str:
        """A digest of what the rungs without data are made from."""
        return made_from(self.fingerprint(), "theory", self.digits)


def packaged_instances(seed: int = 0) -> tuple[Instance, ...]:
    """The hidden Markov task with four paths, at N = 10 and 30."""
    heads = {f"H_{layer}": len(names) for layer, names in enumerate(HEAD_NAMES[4], start=1)}
    network = packaged_network().with_values(heads)
    arrays = hidden_markov(
        seed, paths=len(PATH_NAMES[PACKAGED_PATHS]), test_examples=PACKAGED_TESTS
    )
    data = data_from_arrays(arrays, network.with_width(PACKAGED_WIDTHS[0]))
    return tuple(
        Instance(f"hidden Markov, N = {width}", network.with_width(width), data)
        for width in PACKAGED_WIDTHS
    )


def instances_for(network: Network, data: Data | None, seed: int) -> tuple[Instance, ...]:
    """A user's own data, or a drawn instance where there are none.

    Of features with a mean there is none: the samplers of the law do not have their projections.
    """
    network = at_chosen_depths(network)
    if stream_graph(network).weights[0].mean:
        return ()
    if data is None:
        return (Instance.drawn(network, seed),)
    return (Instance.given("the data given", network, data),)


@dataclass(frozen=True)
class _TheoryJob:
    theory: Theory
    source: str

    def __call__(self, folder: Path) -> None:
        rungs = finite([rung.as_dict() for rung in self.theory.rungs()])
        write_json(folder / THEORY, sealed_json(rungs, self.source))


def climb(wanted: Climb, folder: Path, tell: Callable[[str], None] = lambda _: None) -> Ladder:
    """Climb a ladder, keeping in a folder what is finished.

    Args:
        wanted: The ladder.
        folder: It exists; what an earlier climb of the same ladder left there is gone on with.
        tell: Told of every file that is there and is made anew.

    Raises:
        SamplingError: arviz-stats is not installed.
        KeyboardInterrupt: Finished rounds of draws are in the folder.
    """
    _require_diagnostics()
    started = time.monotonic()
    with writable(folder):
        (folder / DRAWS).mkdir(exist_ok=True)
    runs = runs_for(wanted.instances, wanted.effort)
    _run(wanted, runs, folder, tell)
    ladder = _assemble(wanted, runs, folder, time.monotonic() - started)
    write_json(folder / LADDER, ladder.as_dict())
    return ladder


def _require_diagnostics() -> None:
    from importlib.util import find_spec

    if find_spec("arviz_stats") is None:
        raise SamplingError(
            "--ladder: R-hat and effective sample sizes need arviz-stats; install derive[sampling]"
        )


def _run(wanted: Climb, runs: Sequence[Run], folder: Path, tell: Callable[[str], None]) -> None:
    theory = Theory(wanted.network, wanted.digits, wanted.seed)
    jobs: list[Any] = [_Sampling(run, wanted.fingerprint()) for run in _longest_first(runs)]
    for run in runs:
        with suppress(SamplingError, SizeError):  # missing, or cut off
            _told(tell, f"{DRAWS}/{run.key}.npz", partial(_draws, run, wanted, folder))
    if _told(tell, THEORY, partial(_theory_rungs, wanted, folder)) is None:
        jobs.insert(1, _TheoryJob(theory, wanted.theory_source))
    files = [folder / THEORY, *(run.file(folder / DRAWS) for run in runs)]
    with bar("climbing", len(files)) as show:
        run_jobs(jobs, folder, wanted.processes, lambda: show(sum(file.exists() for file in files)))


@dataclass(frozen=True)
class _Sampling:
    run: Run
    source: str

    def __call__(self, folder: Path) -> None:
        self.run(folder / DRAWS, self.source)


def _told(tell: Callable[[str], None], name: str, read: Callable[[], Any]) -> Any:
    """What is kept of an earlier climb; None, and a line, where it is another's."""
    try:
        return read()
    except Broken as error:
        tell(f"{name}: {error}; made anew")
        return None


def _draws(run: Run, wanted: Climb, folder: Path) -> Draws:
    return load_draws(run.file(folder / DRAWS), run.source(wanted.fingerprint()))


def _longest_first(runs: Sequence[Run]) -> list[Run]:
    """Weights cost most where widths are largest."""
    return sorted(runs, key=lambda run: (run.method == "weights", run.narrowest), reverse=True)


def _theory_rungs(wanted: Climb, folder: Path) -> tuple[Rung, ...] | None:
    """The rungs without data that are there; raises Broken where they are another's."""
    content = read_json(folder / THEORY)
    if content is None:
        return None
    return tuple(rung_from_dict(rung) for rung in unsealed_json(content, wanted.theory_source))


def _assemble(wanted: Climb, runs: Sequence[Run], folder: Path, seconds: float) -> Ladder:
    try:
        rungs = _theory_rungs(wanted, folder)
        drawn = {run.key: _draws(run, wanted, folder) for run in runs}
    except Broken as error:
        raise DataError(f"{folder}: a file in it: {error}; climb again with --resume") from None
    if rungs is None:
        raise DataError(f"{folder / THEORY}: it cannot be read back; climb again with --resume")
    solver = Solver.of(wanted.network)
    if wanted.network.depths():
        solver = solver.at(chosen_depths(wanted.network))
    network, note = at_chosen_depths(wanted.network), feature_note(wanted.network)
    laws: tuple[Rung, ...] = ()
    measured: tuple[Deviation, ...] = ()
    if wanted.instances:
        approach, measured = deviations(solver, wanted.instances[0], runs, drawn)
        laws = (approach, weights_rung(wanted.instances, runs, drawn))
    else:
        note = f"{note}; {NO_LAW}"
    effort = tuple(report(reworded(network, run.title), drawn[run.key]) for run in runs)
    ladder = tuple(reworded_rung(network, rung) for rung in (*rungs, *laws))
    return Ladder(network.name, ladder, measured, effort, seconds, note)
