"""Which workspace?"""
