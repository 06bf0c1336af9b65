//! The environment as one typed, validated value.
