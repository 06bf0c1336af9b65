//! `.env.example` lists what a start asks for.

use super::*;
use crate::{catalog, engine, server, storage};

/// The names that `.env.example` sets.
fn listed() -> BTreeSet<String> {
    let lines = include_str!("../../../../.env.example").lines();
    let settings = lines.filter(|line| !line.starts_with('#')).filter_map(|l| l.split_once('='));
    settings.map(|(name, _)| name.to_owned()).collect()
}

/// The names that a start with these variables asks for.
fn asked(variables: &[(&str, &str)]) -> BTreeSet<String> {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let mut reader = Reader::new(variables);
    let server = server::read(&mut reader);
    catalog::read(&mut reader, &server);
    storage::read(&mut reader, &server);
    engine::read(&mut reader, &server);
    reader.asked
}

#[test]
fn the_example_lists_every_setting_and_nothing_else() {
    // Some are asked for only where others are set, or are not.
    let mut all = asked(&[]);
    all.extend(asked(&[("AWS_LAMBDA_RUNTIME_API", "x"), ("DB_POSTGRES_HOST", "x")]));
    // The platform sets these, nobody else.
    for name in ["AWS_LAMBDA_RUNTIME_API", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] {
        assert!(all.remove(name), "{name} is not asked for");
    }
    assert_eq!(listed(), all, "listed in .env.example, then asked for");
}
