"""Certificates of the expansions: decay with the widths, differences, and Laplace on numbers.

None of them uses the series of a rule, its forces or its shifts: the gradients, the action and the
predictor of the theory, certified before, are evaluated and differenced.
"""
