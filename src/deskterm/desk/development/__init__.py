"""Development items of tickets, and the releases that they go out with."""
