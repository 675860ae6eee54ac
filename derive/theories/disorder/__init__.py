"""Systems with quenched disorder, by the replica method."""
