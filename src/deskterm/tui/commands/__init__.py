"""Everything a key can do, as tables: the one source of bindings, footer, palette, `:` and help."""
