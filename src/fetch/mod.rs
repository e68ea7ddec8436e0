//! The only owner of the HTTP client. One concern a file: throttle, retry, redirect, robots, size limit, address guard.
