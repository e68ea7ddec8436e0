//! Pure arithmetic: a rulebook and entries to an explained score.
