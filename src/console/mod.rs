//! The only owner of the web framework; each page is a handler and its template side by side. No SQL, no judgement.
