//! Fakes, TestApp, an authenticator with grants, conformance suites.
