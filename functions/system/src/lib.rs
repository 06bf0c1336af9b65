//! The light Lambda of health, documents and whatever no one else has.
