"""What a described model does at finite N, found from the description alone.

Instances are drawn and summed, sampled, minimised or iterated; no derived equation and no generated
function is used here, but those that message passing is handed as arguments.
"""
