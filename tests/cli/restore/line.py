"""The commands of a restore, as they are typed."""

from duologue.cli import command


def run(*line):
    return command.run([str(word) for word in line])
