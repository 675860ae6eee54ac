"""What steps lead to: it can be certified, and shown as a page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from derive.errors import CertificateError
from derive.steps.step import Evidence, Step
from derive.typeset.document import document_of
from derive.typeset.markdown import markdown_of
from derive.typeset.page import Page


class Certified:
    """A result, and the steps by which it was reached.

    Attributes:
        steps: How it was reached.
    """

    steps: tuple[Step, ...]

    def certify(
        self, digits: int = 20, progress: Callable[[str], None] | None = None
    ) -> tuple[Evidence, ...]:
        """Check every step numerically, on a random small instance of its own.

        Args:
            digits: Decimal digits to which exact steps must hold.
            progress: Called with the name of each step before it is checked.

        Returns:
            The evidence for each step.

        Raises:
            CertificateError: A step failed; the message names it.
        """
        return certify(self.steps, digits, progress)

    def page(self, *results: Any, **named: Any) -> Page:
        """Everything that it shows, with further results at its end where it has some."""
        raise NotImplementedError

    def text(self, *results: Any, **named: Any) -> str:
        """The same in plain text, or the best of it."""
        raise NotImplementedError

    def to_markdown(self, *results: Any) -> str:
        """The page as Markdown, with equations in LaTeX."""
        return markdown_of(self.page(*results))

    def to_latex(self, *results: Any) -> str:
        """The page as a LaTeX document that compiles as it is."""
        return document_of(self.page(*results))

    def _repr_markdown_(self) -> str:
        return self.to_markdown()

    def __repr__(self) -> str:
        return self.text()


def certify(
    steps: Sequence[Step], digits: int, progress: Callable[[str], None] | None = None
) -> tuple[Evidence, ...]:
    """The evidence for every step, in turn.

    Raises:
        CertificateError: A step failed; the message names it.
    """
    evidence = []
    for number, step in enumerate(steps, start=1):
        if progress is not None:
            progress(step.name)
        try:
            evidence.append(step.certificate(digits))
        except CertificateError as error:
            raise CertificateError(f"step {number}, {step.name}: refused: {error}") from None
    return tuple(evidence)


def certificates_dict(result: Certified, digits: int) -> dict[str, Any]:
    """The evidence for each step as JSON, or what refused one."""
    try:
        evidence = result.certify(digits)
    except CertificateError as error:
        return {"refused": str(error), "steps": []}
    steps = [
        {
            "step": step.name,
            "order": step.order.value,
            "limit": step.limit,
            "digits": certificate.digits,
            "detail": certificate.detail,
        }
        for step, certificate in zip(result.steps, evidence, strict=True)
    ]
    return {"refused": "", "steps": steps}
