"""Claims that come with the program, right ones and wrong ones, each with the verdict expected."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path

from derive.claims.claim import Claim
from derive.claims.result import ComparisonResult
from derive.errors import ClaimError
from derive.evidence.verdict import CheckResult, Verdict
from derive.theories.networks.description import Network
from derive.theories.networks.description.graph import StreamGraph, stream_graph
from derive.theories.networks.words.compare import decide
from derive.theories.networks.words.load import load_claim

FOLDER = resources.files(__name__)


@dataclass(frozen=True)
class Outcome:
    """A claim of the gallery, decided.

    Attributes:
        name: Of its file.
        claim: What is claimed, with the verdict and the slip expected.
        result: The answer.
    """

    name: str
    claim: Claim
    result: ComparisonResult

    @property
    def as_expected(self) -> bool:
        """Whether verdict and, where one is expected, correction are those expected."""
        slips = {correction.slip for correction in self.result.corrections}
        named = not self.claim.slip or self.claim.slip in slips
        return self.result.verdict.value == self.claim.expect and named


def names() -> tuple[str, ...]:
    """The names of the claims, in alphabetic order."""
    files = sorted(path.name for path in FOLDER.iterdir() if path.name.endswith(".toml"))
    return tuple(name.removesuffix(".toml") for name in files if name not in NETWORKS)


def claim(name: str) -> Claim:
    """One claim of the gallery.

    Raises:
        ClaimError: There is none of that name.
    """
    if name not in names():
        raise ClaimError(f"the gallery has no claim {name!r}; it has {', '.join(names())}")
    with resources.as_file(FOLDER) as folder:
        return replace(load_claim(Path(folder) / f"{name}.toml"), source=name)


def run(
    *,
    digits: int = 30,
    instances: int = 3,
    seed: int = 0,
    progress: Callable[[str], None] | None = None,
) -> Iterator[Outcome]:
    """Decide every claim of the gallery."""
    for name in names():
        if progress is not None:
            progress(name)
        wanted = claim(name)
        yield Outcome(name, wanted, decide(wanted, digits=digits, instances=instances, seed=seed))


def published(network: Network) -> tuple[tuple[str, Claim], ...]:
    """The right claims of the gallery that are about networks of a given form.

    Args:
        network: The network; the claims are made about it, in the place of their own.

    Returns:
        (name, claim) for each.
    """
    graph = stream_graph(network)
    return tuple(
        (title, replace(claim(name), model=network, source=title))
        for name, (title, applies) in PUBLISHED.items()
        if applies(graph)
    )


def check_published(title: str, wanted: Claim, digits: int, seed: int = 0) -> CheckResult:
    """Decide a published claim, as a check.

    Args:
        title: What the check is called.
        wanted: From `published`.
        digits: Decimal digits.
        seed: Of the random instances.
    """
    result = decide(wanted, digits=digits, seed=seed)
    check = result.as_check(title)
    if result.verdict is Verdict.AGREES:
        compared = f"{wanted.about} as published, on {result.instances} random instances"
        return replace(check, reason=f"{compared}: {result.digits} digits agree")
    return check


def _is_chain(graph: StreamGraph) -> bool:
    """Whether it is a chain whose uppermost overlap is a number: one output, read once."""
    return graph.is_scalar() and not graph.weights[-1].branched


def _has_layers(graph: StreamGraph) -> bool:
    return _is_chain(graph) and len(graph.streams) > 1


def _is_shallow(graph: StreamGraph) -> bool:
    return _is_chain(graph) and len(graph.streams) == 1


NETWORKS = ("one_hidden.toml", "two_layers.toml")
"""Files that are networks, not claims."""

PUBLISHED: dict[str, tuple[str, Callable[[StreamGraph], bool]]] = {
    "action": ("published: the action of attention layers (arXiv:2405.15926)", _is_chain),
    "fixed_point": ("published: the fixed point of the order parameter", _has_layers),
    "one_equation": ("published: one equation for one head per layer", _is_chain),
    "li_sompolinsky": ("published: equal widths, zero temperature (PRX 2021)", _is_chain),
    "pacelli": ("published: one hidden layer, zero temperature (2023)", _is_shallow),
}
"""Name of a claim to what a check calls it, and the networks that it is about."""


def table(outcomes: Sequence[Outcome]) -> str:
    """The outcomes, a line each, as plain text."""
    width = max((len(outcome.name) for outcome in outcomes), default=0)
    lines = []
    for outcome in outcomes:
        slips = ", ".join(dict.fromkeys(c.slip for c in outcome.result.corrections))
        told = f"; slip: {slips}" if slips else ""
        mark = "as expected" if outcome.as_expected else f"EXPECTED {_expected(outcome.claim)}"
        verdict = outcome.result.verdict.value
        lines.append(f"{outcome.name:{width}}  {verdict:12}  {mark}{told}")
    good = sum(outcome.as_expected for outcome in outcomes)
    return "\n".join([*lines, "", f"{len(outcomes)} claims, {good} as expected."])


def _expected(wanted: Claim) -> str:
    return wanted.expect + (f" with the slip {wanted.slip!r}" if wanted.slip else "")
