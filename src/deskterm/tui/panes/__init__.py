"""What the desk screen is made of. A pane shows what it is given and posts messages; it reads and decides nothing."""
