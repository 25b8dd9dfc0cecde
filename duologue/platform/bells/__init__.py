"""How processes of one installation wake each other when there is something to do, so that none has to ask the database often."""
