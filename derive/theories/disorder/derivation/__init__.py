"""From a disordered model to its order-parameter equations."""
