"""What is assumed or continued says so in every medium; what is not has no command for it."""

import pytest

from derive.errors import CertificateError
from derive.steps.certified import Certified
from derive.steps.pages import Pages, step_blocks
from derive.steps.step import Equation, Evidence, Order, Step
from derive.steps.table import step_lines, steps_table
from derive.theories.networks.analysis.scalar.printing import DISPLAYS
from derive.typeset.page import Page
from derive.typeset.plain import plain_lines

LIMITS = {
    Order.EXACT: "",
    Order.LEADING: "N -> infinity at fixed P",
    Order.ANSATZ: "$q_{ab} = q$",
    Order.CONTINUATION: r"$n \to 0$",
}
SAID = {
    Order.EXACT: "EXACT",
    Order.LEADING: r"LEADING as $N \to \infty$ at fixed $P$",
    Order.ANSATZ: "ANSATZ: $q_{ab} = q$",
    Order.CONTINUATION: r"CONTINUATION as $n \to 0$",
}


class Result(Certified):
    def __init__(self, *orders, certificate=lambda digits: Evidence(digits, "counted")):
        self.steps = tuple(
            Step(f"step {k}", "It is so.", "here", order, (), (Equation("q", "r"),), certificate,
                 limit=LIMITS[order])
            for k, order in enumerate(orders)
        )  # fmt: skip

    def page(self, *results):
        blocks = [
            step_blocks(k, step, Pages(DISPLAYS)) for k, step in enumerate(self.steps, start=1)
        ]
        return Page("result", tuple(block for few in blocks for block in few))

    def text(self):
        return "\n".join(plain_lines(self.page().blocks))


@pytest.mark.parametrize("order", Order)
def test_every_medium_names_the_order(order):
    result, word = Result(order), order.value
    assert f"**{word}**{SAID[order].removeprefix(word)}" in result.to_markdown()
    assert rf"\badge{{\{word.lower()}{{}}{SAID[order].removeprefix(word)}}}" in result.to_latex()
    for text in (repr(result), "\n".join(steps_table(result.steps))):
        assert word in text
    assert word in step_lines(result.steps[0], DISPLAYS)[0]


@pytest.mark.parametrize("order", Order)
def test_no_medium_names_an_order_that_no_step_has(order):
    result = Result(*(other for other in Order if other is not order))
    for text in (result.to_markdown(), repr(result), "\n".join(steps_table(result.steps))):
        assert order.value not in text
    assert rf"\badge{{\{order.value.lower()}{{}}" not in result.to_latex()


def test_commands_stand_in_the_document_that_uses_them():
    assert r"\newcommand{\ansatz}" in Result(Order.ANSATZ).to_latex()
    assert r"\newcommand{\ansatz}" not in Result(Order.EXACT).to_latex()


def test_steps_are_certified_in_turn_and_a_refusal_names_its_step():
    told = []
    result = Result(Order.EXACT, Order.ANSATZ)
    assert [found.digits for found in result.certify(12, told.append)] == [12, 12]
    assert told == ["step 0", "step 1"]

    def refuse(digits):
        raise CertificateError("it is not so")

    with pytest.raises(CertificateError, match="step 1, step 0: refused: it is not so"):
        Result(Order.EXACT, certificate=refuse).certify()
