//! Captures: write, read, digest, WARC 1.1 in a local folder.
