"""Between resolvelib and the solver: our solver for its providers, and a provider over package indexes."""
