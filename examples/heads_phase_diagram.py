"""When do exchangeable heads of a layer stop doing the same? A phase diagram.

Two layers of attention, the second with two heads that the data do not tell apart: half of the
examples have a kernel with the sum of the two heads, half with their difference. At weak labels the
posterior treats the heads alike; at strong labels it breaks the symmetry, and one head does more
than the other. The figure has the strength of the labels against P/N, and whether the transition is
continuous.

    python examples/heads_phase_diagram.py [FOLDER] [--points 30]

P/N is varied by the widths at P = 8. That loses nothing: k copies of the data at k times the widths
have k times the action, so that only P/N matters. It takes about a minute on two cores.
"""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from derive import Attention, Data, DeriveError, Embedding, Network, Readout
from derive.theories.networks.phases import SymmetricSolver
from derive.theories.networks.phases.branches import descended
from derive.theories.networks.phases.hessian import moved
from derive.theories.networks.phases.onset import breaking_sector, onset_of

WIDTHS = (10, 8, 9)  # times what the figure varies; N is their mean
EXAMPLES = 8
APART = (((1,), (2,)),)  # in the one layer with two heads, no head is like another
WEAKEST, STRONGEST = 3.0, 60.0
NEAR = np.array([0.003, 0.01, 0.03, 0.1, 0.3, 1.0])
TABLE = {6: False, 7: True, 8: True, 10: True}  # formulas.md, section 1.5: whether heads break
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#6b6b6b"


@dataclass(frozen=True)
class Column:
    """What was found at one P/N.

    Attributes:
        ratio: P/N.
        onset: The strength at which the symmetric point becomes unstable.
        strengths: From the onset to the strongest.
        asymmetry: |U_11 - U_22| / (U_11 + U_22) of the lowest overlaps, at these strengths.
        below: The same just below the onset, reached from the broken solution just above.
    """

    ratio: float
    onset: float
    strengths: np.ndarray
    asymmetry: np.ndarray
    below: float


def two_heads() -> tuple[Network, Data]:
    """The network and data of formulas.md, section 1.5, labels +1 and -1."""
    network = Network(
        (
            Embedding(WIDTHS[0], 1.0),
            Attention(1, 1.1, WIDTHS[1]),
            Attention(2, 0.9, WIDTHS[2]),
            Readout(1.2),
        ),
        temperature=0.1,
        name="two exchangeable heads",
    )
    attended = np.zeros((EXAMPLES, EXAMPLES, 2))
    own = np.arange(EXAMPLES)
    size = np.sqrt(EXAMPLES)  # undoes the 1/N_0 of the embedding
    attended[own, own, 0] = size
    attended[own, own, 1] = size * np.repeat([1.0, -1.0], EXAMPLES // 2)
    return network, Data(attended, [1, -1, 1, -1, 1, 1, -1, -1])


def asymmetry(overlaps: tuple[np.ndarray, ...]) -> float:
    """How differently the two heads are used: 0 if alike, 1 if one of them is idle."""
    first, second = np.diag(overlaps[0])
    return float(abs(first - second) / (first + second))


class Diagram:
    """Solves the network at any strength of the labels and any P/N."""

    def __init__(self) -> None:
        self.solver = SymmetricSolver.of(*two_heads())
        self.mean_width = float(np.mean(WIDTHS))

    def problem(self, ratio: float, strength: float):
        """Numbers for P/N and labels of a strength."""
        problem, scale = self.solver.problem, EXAMPLES / (self.mean_width * ratio)
        widths = tuple(scale * width for width in problem.widths)
        return problem._replace(widths=widths, labels=strength * problem.labels)

    def onset(self, ratio: float) -> float:
        """The strength at which the symmetric point becomes unstable."""
        guess = 5.4 * np.sqrt(1 / ratio + 0.5)
        return onset_of(self.solver, self.problem(ratio, 1.0), "labels", guess / 3, 3 * guess).value

    def aside(self, ratio: float, strength: float):
        """A point beside the symmetric one, where its Hessian is lowest."""
        problem = self.problem(ratio, strength)
        point = self.solver.point(problem)
        return moved(point.overlaps, breaking_sector(self.solver, problem, point).direction, 0.5)

    def below(self, ratio: float, strength: float, start):
        """The minimum below a point."""
        return descended(self.solver, self.problem(ratio, strength), start, APART)

    def column(self, ratio: float, points: int) -> Column:
        """From the strongest labels down to the onset, each from the solution before."""
        onset = self.onset(ratio)
        strengths = np.geomspace(onset, STRONGEST, points)
        found = np.zeros(points)
        start = self.aside(ratio, STRONGEST)
        for place in range(points - 1, 0, -1):
            branch = self.below(ratio, strengths[place], start)
            found[place], start = asymmetry(branch.overlaps), branch.overlaps
        above = self.below(ratio, 1.01 * onset, self.aside(ratio, 1.01 * onset))
        under = self.below(ratio, 0.99 * onset, above.overlaps)
        return Column(ratio, onset, strengths, found, asymmetry(under.overlaps))

    def sweep(self, ratio: float, strengths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The asymmetry with labels that grow, and that fall again, each from the point before."""
        up, down, start = [], [], self.aside(ratio, strengths[0])
        for values, found in ((strengths, up), (strengths[::-1], down)):
            for strength in values:
                branch = self.below(ratio, strength, nudged(start))
                start = branch.overlaps
                found.append(asymmetry(start))
        return np.array(up), np.array(down[::-1])


def nudged(overlaps: tuple[np.ndarray, ...]) -> tuple[np.ndarray, ...]:
    """The overlaps with one head slightly ahead, so that an unstable point is left."""
    found = []
    for overlap in overlaps:
        tilt = np.diag(1 + 0.005 * np.array([1.0, -1.0])[: len(overlap)])
        found.append(tilt @ overlap @ tilt if len(overlap) == 2 else overlap)
    return tuple(found)


def report(columns: list[Column], up: np.ndarray, down: np.ndarray) -> str:
    """What was found, in three sentences."""
    below = max(column.below for column in columns)
    wide = columns[0]
    return (
        f"The symmetric point becomes unstable at labels of strength {columns[-1].onset:.3g} "
        f"(P/N = {columns[-1].ratio:.3g}) to {wide.onset:.3g} (P/N = {wide.ratio:.2g}), there "
        f"{wide.onset * np.sqrt(wide.ratio):.3g} / sqrt(P/N). One percent below the onset a "
        f"descent from the broken solution ends at an asymmetry of at most {below:.1g}: no broken "
        "minimum was found beside a stable symmetric one. Sweeps up and down differ by at most "
        f"{np.abs(up - down).max():.1g}: the transition is continuous, without hysteresis."
    )


def draw(diagram: Diagram, columns: list[Column], sweeps, path: Path) -> None:
    """The figure."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    from derive.typeset.figures import SETTINGS

    with pyplot.rc_context({**SETTINGS, "font.size": 11}):
        figure = pyplot.figure(figsize=(11.5, 5.4), layout="constrained")
        grid = figure.add_gridspec(2, 2, width_ratios=(1.55, 1))
        _phases(figure, figure.add_subplot(grid[:, 0]), columns)
        _sweeps(figure.add_subplot(grid[0, 1]), columns, sweeps)
        _growth(figure.add_subplot(grid[1, 1]), diagram, columns)
        figure.savefig(path, dpi=160)


def _phases(figure, axes, columns: list[Column]) -> None:
    ratios = np.array([column.ratio for column in columns])
    strengths = np.array([column.strengths for column in columns]).T
    values = np.array([column.asymmetry for column in columns]).T
    across = np.broadcast_to(ratios, strengths.shape)
    mesh = axes.pcolormesh(
        across, strengths, values, cmap="YlOrRd", vmin=0, vmax=1, shading="gouraud"
    )
    axes.set_facecolor("#f4f6f8")
    onsets = [column.onset for column in columns]
    axes.plot(ratios, onsets, color=BLUE, lw=2.4)
    slope = columns[0].onset * np.sqrt(columns[0].ratio)
    low = ratios < 1.2
    axes.plot(ratios[low], slope / np.sqrt(ratios[low]), color=BLUE, lw=1.2, ls=(0, (4, 3)))
    for strength, breaks in TABLE.items():
        face = ORANGE if breaks else "white"
        axes.plot(EXAMPLES / np.mean(WIDTHS), strength, "o", ms=6, mfc=face, mec="black", mew=0.9)
    note = "circles: A = 6, 7, 8, 10 of the\ntheory's table, filled where broken"
    axes.text(0.52, 0.025, note, transform=axes.transAxes, fontsize=9, color=GREY)
    axes.set(
        xscale="log", yscale="log", xlabel="P / N", ylabel="strength of the labels,  A",
        xlim=(ratios[0], ratios[-1]), ylim=(WEAKEST, STRONGEST),
        title="Do two exchangeable heads stay alike?",
    )  # fmt: skip
    axes.text(0.04, 0.07, "SYMMETRIC\nboth heads alike", transform=axes.transAxes, color=GREY)
    axes.text(0.62, 0.90, "BROKEN\none head ahead", transform=axes.transAxes, color="white")
    _plain_numbers(axes.xaxis, (0.03, 0.1, 0.3, 1, 3, 10))
    _plain_numbers(axes.yaxis, (3, 4, 6, 10, 20, 40, 60))
    place = len(columns) // 6
    axes.annotate(
        r"$A_c \propto \sqrt{N/P}$", (ratios[place], onsets[place]), xytext=(-10, -34),
        textcoords="offset points", color=BLUE, ha="right",
    )  # fmt: skip
    bar = figure.colorbar(mesh, ax=axes, pad=0.015, aspect=30)
    bar.set_label(r"asymmetry $|U_{11} - U_{22}| \,/\, (U_{11} + U_{22})$")
    bar.outline.set_visible(False)


def _plain_numbers(axis, values) -> None:
    """Ticks of a logarithmic axis as plain numbers."""
    axis.set_ticks(values, [f"{value:g}" for value in values])
    axis.set_ticks([], minor=True)


def _sweeps(axes, columns: list[Column], sweeps) -> None:
    strengths, up, down, onset = sweeps
    axes.axvline(onset, color=BLUE, lw=1.4)
    axes.plot(strengths, up, color=ORANGE, lw=2.4, label="labels growing")
    axes.plot(strengths, down, "o", color="black", ms=3.2, mfc="none", label="labels falling")
    axes.set(
        xlabel=f"strength of the labels, A   (P/N = {EXAMPLES / np.mean(WIDTHS):.2f})",
        ylabel="asymmetry", title="No hysteresis: the transition is continuous",
        xlim=(strengths[0], strengths[-1]), ylim=(-0.03, None),
    )  # fmt: skip
    axes.annotate(r"$A_c$", (onset, axes.get_ylim()[1]), xytext=(4, -12),
                  textcoords="offset points", color=BLUE)  # fmt: skip
    axes.legend(loc="lower right", fontsize=9.5)


def _growth(axes, diagram: Diagram, columns: list[Column]) -> None:
    chosen = [columns[0], columns[len(columns) // 2], columns[-1]]
    for column, color, mark in zip(chosen, (GREEN, BLUE, ORANGE), "osD", strict=True):
        found = []
        for step in NEAR:
            strength = (1 + step) * column.onset
            branch = diagram.below(column.ratio, strength, diagram.aside(column.ratio, strength))
            found.append(asymmetry(branch.overlaps))
        axes.plot(NEAR, found, mark + "-", color=color, ms=4.5, label=f"P/N = {column.ratio:.2g}")
    axes.plot(NEAR[:4], 2.2 * np.sqrt(NEAR[:4]), color=GREY, lw=1.2, ls=(0, (4, 3)))
    axes.annotate(r"slope $\frac{1}{2}$", (NEAR[1], 2.2 * np.sqrt(NEAR[1])), xytext=(-8, 8),
                  textcoords="offset points", color=GREY, ha="right")  # fmt: skip
    axes.set(
        xscale="log", yscale="log", xlabel=r"distance from the onset, $A/A_c - 1$",
        ylabel="asymmetry", title="It grows like a square root",
    )  # fmt: skip
    _plain_numbers(axes.xaxis, (0.003, 0.01, 0.03, 0.1, 0.3, 1))
    _plain_numbers(axes.yaxis, (0.1, 0.2, 0.4, 0.8))
    axes.legend(loc="lower right", fontsize=9.5)


def main(arguments: list[str] | None = None) -> int:
    """Solve, say what was found, and draw."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", default=".", help="where to write the figure")
    parser.add_argument("--points", type=int, default=30, help="of the grid, each way")
    options = parser.parse_args(arguments)
    if options.points < 3:
        parser.error("--points: give a whole number from 3")
    folder = Path(options.folder)
    folder.mkdir(parents=True, exist_ok=True)
    diagram = Diagram()
    ratios = np.geomspace(0.02, 20, options.points)
    columns = [diagram.column(ratio, options.points) for ratio in ratios]
    ratio = EXAMPLES / diagram.mean_width
    onset = diagram.onset(ratio)
    fine = np.linspace(0.85 * onset, 1.35 * onset, 2 * options.points)
    up, down = diagram.sweep(ratio, fine)
    print(report(columns, up, down))
    draw(diagram, columns, (fine, up, down, onset), folder / "heads_phase_diagram.png")
    print(f"wrote {folder / 'heads_phase_diagram.png'}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except DeriveError as error:
        sys.exit(f"heads_phase_diagram: {error}")
