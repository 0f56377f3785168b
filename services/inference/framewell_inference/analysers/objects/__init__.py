"""Objects: boxes of things with a name, followed through a shot."""
