//! The only owner of the HTML parsers: parse once, then select, read visible text, links and tables.
