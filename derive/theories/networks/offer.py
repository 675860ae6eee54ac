"""What the theory of networks hands to the floors above it; see `derive.commands.verb.Theory`."""

from __future__ import annotations

from derive.theories.networks.verbs.table import VERBS

kind = ""
"""Descriptions of networks have no `kind` at their head."""
verbs = VERBS
