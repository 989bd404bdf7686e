"""Events, the state they fold to, and pure rules about both, without store and session."""
