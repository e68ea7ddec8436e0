//! Pure: facts to outcomes. One file a kind of check.
