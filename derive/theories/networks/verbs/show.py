"""`derive show`: a network and the derivation of its theory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from derive.commands.usage import Options, UsageError
from derive.running.progress import spinner
from derive.theories.networks.derivation import Evidence, Step
from derive.theories.networks.derivation import derive as derive_theory
from derive.theories.networks.verbs.options import network_of, refuse_together, reshaped

DIGITS = 20


def show(options: Options) -> int:
    """Print the derivation, and with --certify the evidence for its steps."""
    refuse_together(options, "latex", "markdown")
    refuse_together(options, "latex", "certify", "certificates go with plain text or Markdown")
    if options.digits is not None and not options.certify:
        raise UsageError("--digits: it is for certificates; give --certify too")
    derivation = derive_theory(reshaped(network_of(options), options))
    if options.latex:
        print(derivation.to_latex(), end="")
        return 0
    print(derivation.to_markdown() if options.markdown else str(derivation), end="")
    if not options.markdown:
        print()
    if options.certify:
        with spinner("certifying") as tell:
            evidence = derivation.certify(options.digits or DIGITS, progress=tell)
        for line in certificate_lines(derivation.steps, evidence, markdown=options.markdown):
            print(line)
    return 0


def _holds(step: Step) -> str:
    return step.order.value if step.limit else step.holds()


def certificate_lines(
    steps: Sequence[Step], evidence: tuple[Evidence, ...], *, markdown: bool = False
) -> Iterator[str]:
    """What the certificates of steps found, as a table."""
    rows = [
        (str(number), step.name, _holds(step), str(certificate.digits), certificate.detail)
        for number, (step, certificate) in enumerate(zip(steps, evidence, strict=True), start=1)
    ]
    titles = ("", "step", "holds", "digits", "how it was checked")
    if markdown:
        yield "\n## Certificates\n"
        for cells in (titles, ("---",) * len(titles), *rows):
            yield f"| {' | '.join(cells)} |"
        return
    widths = [max(len(row[column]) for row in (titles, *rows)) for column in range(4)]
    yield "\ncertificates"
    for row in (titles, *rows):
        padded = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        yield "  ".join([*padded, row[4]])
