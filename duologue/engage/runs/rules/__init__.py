"""Pure parts of the engine: what an event means to a run, who is admitted, what a plan reads, whether it adds up."""
