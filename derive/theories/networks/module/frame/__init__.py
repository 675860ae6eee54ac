"""What no derivation changes in a generated module; it is copied, as the runtime is."""
