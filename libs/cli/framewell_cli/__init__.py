"""The framewell command: the embedded mesh, work by hand, the demo."""
