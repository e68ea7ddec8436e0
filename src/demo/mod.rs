//! Serves the fixture portals on loopback and runs the whole story on them.
