"""Where the outside meets the service: translate and delegate, nothing else."""
