//! The only owner of SQL. One file a table group. Stores and reads; decides nothing.
