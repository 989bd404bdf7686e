"""Templates of replies and notes, and macros: several changes and the words that go with them, in one act."""
