//! Scenarios over HTTP against every way of running Eider.
