"""What analysis costs: pictures a second and CPU of each analyser, and chunks against real time."""
