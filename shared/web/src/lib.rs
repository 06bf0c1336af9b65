//! axum glue: extractors, problem+json, negotiation, layers.
