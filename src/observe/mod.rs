//! Pure: a page to its facts, and a night's pages to the facts of the portal. One file a kind of fact.
