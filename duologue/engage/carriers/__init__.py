"""What big e-mail services tell of letters they carried: arrived, came back, complained of, opened, clicked, left by."""
