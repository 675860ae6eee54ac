"""The report as one HTML page that needs nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from derive.escaping import html
from derive.evidence.html import certificates_table, checks_table, counted
from derive.running.journal import Record
from derive.theories.disorder.derivation.derivation import theory_blocks
from derive.theories.disorder.report.figures import draw_results, label
from derive.theories.disorder.report.results import Results
from derive.typeset.figures import available
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


def html_of(results: Results) -> str:
    """The whole page."""
    name = results.derivation.model.name
    parts = [
        f"<h1>{html(name)}</h1>",
        paragraph("Its replica-symmetric theory, derived, solved and checked.", "subject"),
        f'<div class="findings">{"".join(map(paragraph, findings(results)))}</div>',
        _solution(results),
        _against(results),
        _theory(results),
        _certificates(results),
        _checks(results),
        section("The model", f"<pre>{html(results.derivation.model.to_toml())}</pre>"),
        section("Provenance", pairs_table(results.provenance)),
    ]
    return html_page(name, "\n".join(part for part in parts if part))


def findings(results: Results) -> tuple[str, ...]:
    """The main results in sentences."""
    return tuple(_findings(results))


def _findings(results: Results) -> Iterator[str]:
    state = results.states[0]
    at = ", ".join(f"{label(name)} = {value:g}" for name, value in results.values.items())
    names = (*results.order_parameters, *results.derivation.theory.observables)
    yield f"At {at}: {', '.join(f'{label(name)} = {_number(state[name])}' for name in names)}."
    yield f"{state['message'][:1].upper()}{state['message'][1:]}."
    over = label(results.over)
    shown = [f"{low:.4g} to {high:.4g}" for low, high in results.unstable]
    whole = f"{over} from {results.grid[0]:.4g} to {results.grid[-1]:.4g}"
    if results.unstable == [(results.grid[0], results.grid[-1])]:
        yield f"Replica symmetry is unstable everywhere on {whole}."
    elif shown:
        yield f"Replica symmetry is unstable for {over} from {' and from '.join(shown)}."
    elif results.known_replicon:
        yield f"Replica symmetry is stable everywhere on {whole}."
    for place in results.crossings:
        yield f"Free entropies of two states cross at {over} = {place:.5g}: a first-order change."


def _number(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.6g}"


def _solution(results: Results) -> str:
    names = ["free_entropy", *results.order_parameters, *results.observables]
    names += ["entropy", "replicon", "residual", "quadrature_error"]
    titles = ["", *(f"state {n}" for n, _ in enumerate(results.states, start=1))]
    rows = [
        (html(label(name)), *(_number(state.get(name)) for state in results.states))
        for name in names
    ]
    rows.append(("verdict", *(_verdict(state) for state in results.states)))
    values = ", ".join(f"{label(name)} = {value:g}" for name, value in results.values.items())
    note = "The state of largest free entropy is first." if len(results.states) > 1 else ""
    return section(
        "The solution", paragraph(f"{values}. {note}"), table(titles, rows, range(1, len(titles)))
    )


def _verdict(state: Record) -> str:
    good = state["converged"]
    return f'<span class="{"good" if good else "bad"}">{"converged" if good else "not"}</span>'


def _against(results: Results) -> str:
    over = label(results.over)
    caption = (
        f"Against {over}. Thick lines with dots are the state of largest free entropy; dashed ones "
        "are other states, as far as they were followed."
    )
    if results.unstable:
        caption += " Where its replica symmetry is unstable is shaded."
    if results.crossings:
        caption += " Dotted vertical lines: free entropies of two states cross."
    svg = draw_results(results) if available() else ""
    names = ["free_entropy", *results.order_parameters, *results.observables, "replicon"]
    rows = []
    for place, number in enumerate(results.leading):
        if number is not None and (state := results.branches[number][place]) is not None:
            rows.append((f"{results.grid[place]:.6g}", *(_number(state.get(n)) for n in names)))
    titles = (over, *map(label, names))
    content = folded("The table", table(titles, rows, range(len(titles))))
    return section(f"Against {over}", captioned(svg, caption), content)


def _theory(results: Results) -> str:
    derivation = results.derivation
    missing = ""
    if converter() is None:
        missing = paragraph("Equations are LaTeX source: latex2mathml is not installed.", "note")
    steps = folded("All steps", html_of_blocks(derivation.page().blocks, 3))
    shown = html_of_blocks(theory_blocks(derivation.theory), 3)
    return section("The theory", missing, shown, steps)


def _certificates(results: Results) -> str:
    title, found = "Certificates of the derivation", results.certificates
    if found is None:
        text = "Left out in this run; make them with derive show --certify."
        return section(title, paragraph(text))
    if found["refused"]:
        return section(title, f'<p class="bad">{html(str(found["refused"]))}</p>')
    text = (
        "Every step was checked numerically, by a computation that does not use the step's own "
        "formula. Digits are those to which both sides agree."
    )
    steps: Sequence[object] = found["steps"]
    return section(
        title,
        paragraph(text),
        certificates_table(results.derivation.steps, steps),  # type: ignore[arg-type]
    )


def _checks(results: Results) -> str:
    if results.checks is None:
        return section("Checks", paragraph("Left out in this run; make them with derive check."))
    words = [str(check["verdict"]) for check in results.checks]
    return section("Checks", f"<p>{counted(words)}.</p>", checks_table(results.checks))
