//! Settings, read once and handed down as plain values.
