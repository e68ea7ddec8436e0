//! Loads checks and rulebooks; its errors name file, line, column and field. The only owner of the YAML reader.
