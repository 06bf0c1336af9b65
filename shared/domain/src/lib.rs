//! Names, ids, types, limits and error codes of Eider: pure, no I/O.
