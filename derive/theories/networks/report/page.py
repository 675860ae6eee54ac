"""The report as one HTML page that needs nothing else."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from derive.escaping import html
from derive.evidence.html import certificates_table, checks_table, counted
from derive.theories.networks.derivation import Derivation
from derive.theories.networks.derivation.render.content import Section, sections
from derive.theories.networks.derivation.render.names import names_of
from derive.theories.networks.derivation.render.pages import displays_of
from derive.theories.networks.report import figures
from derive.theories.networks.report.branches import changes_of_branch
from derive.theories.networks.report.figures.heads import branch_word, head_labels
from derive.theories.networks.report.figures.overlaps import widths_shown
from derive.theories.networks.report.findings import capitalised, findings
from derive.theories.networks.report.ladder import ladder_section
from derive.theories.networks.report.pruning import pruning_section
from derive.theories.networks.report.results import CaseResults, Results, width_label
from derive.theories.networks.report.stiffness import stiffness_section
from derive.theories.networks.report.tables import (
    heads_table,
    network_table,
    score_table,
    solutions_table,
)
from derive.typeset.html import (
    captioned,
    folded,
    html_page,
    pairs_table,
    paragraph,
    section,
    table,
)  # fmt: skip
from derive.typeset.mathml import converter, html_of_blocks
from derive.typeset.page import Block, Heading, Prose
from derive.wording import plural


def html_of(results: Results) -> str:
    """The whole page."""
    parts = [
        _opening(results),
        _scores(results.cases),
        _overlaps(results.cases),
        _alignment(results.cases),
        _heads(results.cases),
        pruning_section(results.cases),
        stiffness_section(results.cases),
        _network(results),
        _theory(results),
        _solutions(results.cases),
        _checks(results),
        _certificates(results),
        "" if results.ladder is None else ladder_section(results.ladder),
        section("Provenance", pairs_table(results.provenance)),
    ]
    return html_page(results.title, "\n".join(part for part in parts if part))


def _opening(results: Results) -> str:
    parts = [f"<h1>{html(results.title)}</h1>"]
    if results.subject:
        parts.append(paragraph(results.subject, "subject"))
    sentences = "".join(map(paragraph, findings(results)))
    for case in results.cases if len(results.cases) > 1 else ():
        name = html(capitalised(f"{case.title}:"))
        sentences = sentences.replace(f"<p>{name}", f"<p><strong>{name}</strong>", 1)
    parts.append(f'<div class="findings">{sentences}</div>')
    if not figures.available():
        parts.append(
            paragraph("There are no figures: matplotlib is not installed. Tables follow.", "note")
        )
    return "\n".join(parts)


def _scores(cases: Sequence[CaseResults]) -> str:
    if not any(case.has("score") for case in cases):
        return ""
    svg = figures.draw_scores(tuple(cases)) if figures.available() else ""
    name = next(case.score_name() for case in cases if case.has("score"))
    bars = ""
    if cases[0].seeds > 1:
        draws = f"{cases[0].seeds} draws of the task"
        bars = f" Dots are means over {draws}, bars their standard deviation."
    lines = " The dashed line is the same network at infinite width, a Gaussian process."
    if any(case.selections for case in cases):
        lines += (
            " Dotted lines are infinite-width kernels of the named paths alone: what a network "
            "would reach if it used nothing else."
        )
    if any(case.baselines for case in cases):
        lines += (
            " Dash-dotted lines are predictors that know nothing of the network, which is said to "
            "beat one, or to lose, where the mean difference over draws is above two standard "
            "errors."
        )
    caption = f"{capitalised(name)} of the mean predictor against width.{bars}{lines}"
    return section(capitalised(name), captioned(svg, caption), score_table(cases))


def _overlaps(cases: Sequence[CaseResults]) -> str:
    if not figures.available() or all(len(case.path_names) == 1 for case in cases):
        return section("Order parameters", *(_overlap_tables(case) for case in cases))
    parts = []
    for number, case in enumerate(cases):
        if len(cases) > 1:
            parts.append(f"<h3>{html(case.title)}</h3>")
        svg = figures.draw_overlaps(case, f"overlaps-{number}")
        parts.append(captioned(svg, _overlap_caption(case) if number == len(cases) - 1 else " "))
    return section("Order parameters", *parts)


def _overlap_caption(case: CaseResults) -> str:
    name = _overlap_symbol(case)
    layers = len([names for names in case.head_names if names])
    order = ""
    if layers > 1:
        order = f" A path is named by its {plural(branch_word((case,)))}, layer 1 first"
        order += ", its output last." if case.network.readout.outputs > 1 else "."
    mean = " Means over draws." if case.seeds > 1 else ""
    return (
        f"The order parameter {name}: how strongly each pair of paths enters the kernel. "
        "At infinite width it is fixed by the prior, diagonal for a chain of layers; at finite "
        "width it is learned, so that useful paths are enhanced. The colours of each panel have "
        f"their own scale, centred at zero.{order}{mean}"
    )


def _overlap_symbol(case: CaseResults) -> str:
    return "U₁" if case.overlap_name == "U_1" else "G of the lowest stream"


def _overlap_tables(case: CaseResults) -> str:
    """The diagonal of the order parameter, a row per path and a column per width."""
    widths = widths_shown(case)
    diagonals = [case.average(case.overlap_name, width).diagonal() for width in widths]
    rows = [
        (html(name), *(f"{diagonal[path]:.4g}" for diagonal in diagonals))
        for path, name in enumerate(case.path_names)
    ]
    titles = ("path", *map(width_label, widths))
    text = "" if len(rows) == 1 else f" of {case.title}, its diagonal"
    return paragraph(f"The order parameter {_overlap_symbol(case)}{text}:") + table(
        titles, rows, numbers=range(1, len(titles))
    )


def _alignment(cases: Sequence[CaseResults]) -> str:
    shown = [case for case in cases if len(case.path_names) > 1]  # one path has one kernel
    if not figures.available() or not shown:
        return ""
    caption = (
        "How much of the labels y lies along each eigenvector v of the kernel of the training "
        f"examples, at {width_label(shown[0].narrowest)} and at infinite width. The better the "
        "order parameters fit the task, the more the labels lie along few leading eigenvectors."
    )
    svg = figures.draw_alignment(tuple(shown))
    return section("Kernel-task alignment", captioned(svg, caption))


def _heads(cases: Sequence[CaseResults]) -> str:
    if not any(any(case.head_names) for case in cases):
        return ""
    word = branch_word(cases)
    title = f"{capitalised(word)} scores"
    caption = (
        f"The score of a {word} sums the magnitudes of the order parameter over all pairs of paths "
        f"of which at least one passes through the {word}; the largest is 1."
    )
    if figures.available():
        return section(title, captioned(figures.draw_heads(tuple(cases)), caption))
    parts = [paragraph(caption)]
    for case in cases:
        scores = case.average("head_scores", case.narrowest)
        pairs = zip(head_labels(case), scores, strict=True)
        rows = [(html(name), f"{score:.2f}") for name, score in pairs]
        parts.append(table((f"{case.title}, {width_label(case.narrowest)}", "score"), rows, (1,)))
    return section(title, *parts)


def _network(results: Results) -> str:
    network = results.derivation.network
    temperature = paragraph(
        f"Temperature, the variance of the label noise: {results.cases[0].network.temperature:g}."
        if not isinstance(results.cases[0].network.temperature, str)
        else ""
    )
    named = len(results.cases) > 1 and any(any(case.head_names) for case in results.cases)
    return section(
        "The network",
        network_table(network),
        temperature,
        heads_table(results.cases) if named else "",
        pairs_table(results.legend) if results.legend else "",
    )


def _theory(results: Results) -> str:
    intro = paragraph(
        "Derived from the joint density of weights and labels, step by step. Widths, "
        "variances and head counts are symbols."
    )
    blocks = results.derivation.page().blocks
    steps = folded("All steps, with the notation", html_of_blocks(blocks, 3))
    missing = ""
    if converter() is None:
        missing = paragraph("Equations are LaTeX source: latex2mathml is not installed.", "note")
    return section("The theory", intro, missing, theory_html(results.derivation, 3), steps)


def _solutions(cases: Sequence[CaseResults]) -> str:
    points = [p for case in cases for p in case.points if not math.isinf(p.width)]
    good = [point for point in points if point.arrays["converged"]]
    text = f"{len(good)} of {len(points)} solutions at finite width converged"
    if good:
        gradient = max(float(point.arrays["gradient_norm"]) for point in good)
        residual = max(float(point.arrays["residual"]) for point in good)
        text += (
            f", to minima of the action: the largest relative gradient is {gradient:.0e}, the "
            f"largest residual of the saddle-point equations {residual:.0e}, and no Hessian has a "
            "negative direction"
        )
    content = solutions_table(cases)
    if sum(len(case.points) for case in cases) > 12:
        content = folded("All solutions", content)
    changes = "".join(paragraph(html(f"{said}.")) for said in changes_of_branch(cases))
    return section("Evidence for the solutions", paragraph(f"{text}."), changes, content)


def _checks(results: Results) -> str:
    if results.checks is None:
        return section("Checks", paragraph("Left out in this run; make them with derive check."))
    words = [str(check["verdict"]) for check in results.checks]
    text = (
        "<p>Generated code and known limits, on random instances in arithmetic of many digits: "
        f"{counted(words)}.</p>"
    )
    return section("Checks", text, checks_table(results.checks))


def _certificates(results: Results) -> str:
    certificates = results.certificates
    if certificates is None:
        text = "Left out in this run; make them with derive show --certify."
        return section("Certificates of the derivation", paragraph(text))
    if certificates["refused"]:
        refused = f'<p class="bad">{html(str(certificates["refused"]))}</p>'
        return section("Certificates of the derivation", refused)
    text = paragraph(
        "Every step was checked numerically on a small random instance, by a computation that does "
        "not use the step's own formula. Digits are those to which both sides agree."
    )
    return section(
        "Certificates of the derivation",
        text,
        certificates_table(results.derivation.steps, certificates["steps"]),
    )


def theory_html(derivation: Derivation, level: int) -> str:
    """The saddle-point theory: action, equations and predictor."""
    theory = derivation.known_theory
    displays = displays_of(theory, names_of(theory))
    blocks: list[Block] = []
    for title, text, equations in _main_sections(derivation):
        blocks += [Heading(1, title), *([Prose(text)] if text else [])]
        shown, where = displays.of(equations)
        blocks += [shown] if where is None else [shown, Prose("where"), where]
    return html_of_blocks(blocks, level)


def _main_sections(derivation: Derivation) -> Iterator[Section]:
    """For chains the papers' normalisation stands for action and saddle point."""
    chain = derivation.known_theory.chain is not None
    titles = ["In the papers' normalisation"] if chain else ["Action", "Saddle point"]
    for titled in sections(derivation.known_theory):
        if titled[0] in (*titles, "Predictor"):
            yield titled
