"""Holds the embedded server of a folder in a process of its own, so that it can be killed: `python holder.py FOLDER`.

Says "up PID-OF-POSTMASTER" once it holds it, and obeys lines on standard input: write N, count, revive, leave.
"""

import sys
from pathlib import Path

import psycopg

from duologue.platform.database.embedded import held, revive
from duologue.platform.database.folder import DataFolder


def main():
    data = DataFolder(Path(sys.argv[1]))

    def query(statement, *values):
        where = {"host": str(data.socket_folder), "port": 5432, "user": "duologue", "dbname": "duologue"}
        with psycopg.connect(**where, autocommit=True) as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchone()[0] if cursor.description else None

    def say(*words):
        sys.stdout.write(" ".join(map(str, words)) + "\n")
        sys.stdout.flush()

    with held(data, durable=False, note=lambda sentence: say("note", sentence)) as server:
        say("up", server._recorded_pid(), server.footing.cluster)
        for line in sys.stdin:
            match line.split():
                case ["write", number]:
                    query("CREATE TABLE IF NOT EXISTS kept (number int)")
                    query("INSERT INTO kept VALUES (%s)", int(number))
                    say("written")
                case ["count"]:
                    say(query("SELECT count(*) FROM kept"))
                case ["revive"]:
                    revive(server)
                    say("up", server._recorded_pid(), server.footing.cluster)
                case ["leave"]:
                    break
    say("left")


main()
