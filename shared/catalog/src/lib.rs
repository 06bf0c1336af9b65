//! The lake's catalog database: migrations of what is ours in it, listings, ledger look-ups.
