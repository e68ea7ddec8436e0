//! Which page next, how deep, how often: one polite, bounded visit to a portal.
