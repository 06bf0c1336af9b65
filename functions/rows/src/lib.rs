//! The streaming Lambda of every answer made of rows.
