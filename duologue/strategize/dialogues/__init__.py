"""Plans of turns: the language, its checks, and the pure decision of what happens next."""
