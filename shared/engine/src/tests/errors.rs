//! What DuckDB says, and what callers hear.

use domain::{Code, TableName};

use crate::error::{Verdict, querying, writing};
use crate::raw::Failure;

fn table() -> TableName {
    TableName::parse("t").expect("a name")
}

fn verdict(text: &str) -> (char, Code, &'static str) {
    match writing(Failure::new(text), &table()) {
        Verdict::Again(error) => ('a', error.code, error.error_code),
        Verdict::Reopen(error) => ('r', error.code, error.error_code),
        Verdict::Final(error) => ('f', error.code, error.error_code),
    }
}

#[test]
fn known_texts_have_their_meaning() {
    let commit =
        "TransactionContext Error: Failed to commit: Failed to commit DuckLake transaction.\n";
    for (text, expected) in [
        (
            "Catalog Error: Table with name \"t\" already exists!",
            ('f', Code::Conflict, "TABLE_EXISTS"),
        ),
        (
            "Constraint Error: NOT NULL constraint failed: t.id",
            ('f', Code::Invalid, "NULL_NOT_ALLOWED"),
        ),
        (
            "IO Error: Unable to connect to Postgres at \"x\": no",
            ('f', Code::Unavailable, "DEPENDENCY_UNAVAILABLE"),
        ),
        (
            "FATAL Error: Failed: database has been invalidated because",
            ('r', Code::Unavailable, "DEPENDENCY_UNAVAILABLE"),
        ),
        ("HTTP Error: Forbidden", ('f', Code::Unavailable, "DEPENDENCY_UNAVAILABLE")),
        ("Something Error: else", ('f', Code::Internal, "INTERNAL")),
    ] {
        assert_eq!(verdict(text), expected, "{text}");
    }
    for (text, expected) in [
        (
            "Transaction conflict - attempting to create table \"t\" in schema \"s\" - but this table has been created by another transaction already",
            ('f', Code::Conflict, "TABLE_EXISTS"),
        ),
        (
            "Transaction conflict - attempting to insert into table with index \"5\" - but another transaction has dropped it",
            ('f', Code::NotFound, "TABLE_NOT_FOUND"),
        ),
        (
            "Transaction conflict - attempting to create schema \"s\" - but this schema has been created by another transaction already",
            ('a', Code::Unavailable, "COMMIT_CONFLICT"),
        ),
        (
            "ERROR:  duplicate key value violates unique constraint \"ducklake_snapshot_pkey\"\nDETAIL:  Key (snapshot_id)=(7) already exists.",
            ('a', Code::Unavailable, "COMMIT_CONFLICT"),
        ),
        ("Exceeded the maximum retry count of 20", ('a', Code::Unavailable, "COMMIT_CONFLICT")),
    ] {
        assert_eq!(verdict(&format!("{commit}{text}")), expected, "{text}");
    }
}

#[test]
fn what_is_ours_is_not_shown() {
    let error = querying(Failure::new("Binder Error: no \"x\" in __ducklake_metadata_lake"));
    assert_eq!(error.detail, "Binder error: DuckDB does not take it");
    let error =
        querying(Failure::new("Catalog Error: Table with name nope does not exist!\nLINE 1"));
    assert_eq!(error.detail, "Catalog error: Table with name nope does not exist!");
    assert_eq!(querying(Failure::new("IO Error: /secret")).code, Code::Internal);
}
