"""One module per command: NAME, HELP, EXAMPLE, arguments(parser), run(args) -> exit status."""
