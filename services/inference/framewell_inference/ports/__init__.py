"""What handlers, commands, queries, steps and analysers need from outside, as protocols."""
