"""The definitions written out in index loops, as evidence: nothing here shares code with a theory.

It reads the layers of a description and nothing else: not the stream graph, not the derivation, not
what is generated, not the solver (an import contract keeps it so). What a network is to the theory
is read again from docs/formulas.md 2 and docs/layers.md, vector by vector and path by path.
"""
