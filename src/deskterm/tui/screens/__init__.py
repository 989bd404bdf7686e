"""The desk screen: how panes are arranged, what their headings say, and what happens on a key."""
