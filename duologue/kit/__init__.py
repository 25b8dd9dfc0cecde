"""Tools that know no Django: clock, ids, money, text, predicate, pipeline."""
