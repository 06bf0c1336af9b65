//! What DuckDB says, and what callers hear.

use domain::{Code, TableName};

use super::hostile;
use crate::error::{Verdict, is_instance_broken, querying, writing};
use crate::raw::Failure;

fn table() -> TableName {
    TableName::parse("t").expect("a name")
}

fn verdict(text: &str) -> (char, Code, &'static str) {
    match writing(Failure::new(text), &table()) {
        Verdict::Changed(error) => ('c', error.code, error.error_code),
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
            "Invalid Error: Payload value bigger than allowed. Corrupted file?",
            ('f', Code::Malformed, "BROKEN_BODY"),
        ),
        (
            "TransactionContext Error: Failed to commit: Failed to commit DuckLake transaction.\n\
             Failed to execute query \"INSERT\": ERROR:  eider: the table has changed",
            ('c', Code::Unavailable, "COMMIT_CONFLICT"),
        ),
        ("Invalid Error: Out of buffer", ('f', Code::Malformed, "BROKEN_BODY")),
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

/// As DuckDB writes it under `errors_as_json`.
fn json(kind: &str, message: &str) -> String {
    let message = serde_json::Value::from(message);
    format!("{{\"exception_type\":\"{kind}\",\"exception_message\":{message}}}")
}

/// A commit whose flush failed with this.
fn flush(failed: &str) -> String {
    let head = "Failed to commit: Failed to commit DuckLake transaction.\n";
    json("TransactionContext", &format!("{head}Failed to flush changes into DuckLake: {failed}"))
}

/// A statement of DuckLake's own on PostgreSQL, with a caller's value in it.
fn statement(value: &str, words: &str) -> String {
    let sql = format!("INSERT INTO \"x\".ducklake_table_column_stats VALUES (1, '{value}')");
    json("Invalid", &format!("Failed to execute query \"{sql}\": {words}"))
}

#[test]
fn what_failed_at_the_bottom_is_found_beneath_ducklakes_own_text() {
    let lost = ('f', Code::Unavailable, "DEPENDENCY_UNAVAILABLE");
    let broken = ('r', Code::Unavailable, "DEPENDENCY_UNAVAILABLE");
    let conflict = ('a', Code::Unavailable, "COMMIT_CONFLICT");
    let key = "ERROR:  duplicate key value violates unique constraint \"ducklake_snapshot_pkey\"\n\
               DETAIL:  Key (snapshot_id)=(7) already exists.\n";
    let closed = "server closed the connection unexpectedly\n\tThis probably means";
    let gone = "Failed to read inlined data from DuckLake: ";
    let inlined = json("Catalog", "Table with name ducklake_inlined_data_1_1 does not exist!\nDid");
    for (text, expected) in [
        (flush(&json("Invalid", "eider: write already recorded")), conflict),
        (flush(&json("Invalid", "database is locked")), conflict),
        (flush(&json("Invalid Input", "Failed to load DuckLake - table with id 76")), conflict),
        (flush(&statement("x", key)), conflict),
        (flush(&statement("x", "ERROR:  eider: write already recorded\nCONTEXT:  f")), conflict),
        (flush(&statement("x", closed)), lost),
        (json("Invalid", &format!("Failed to execute query \"COMMIT\": {closed}")), lost),
        (
            json(
                "TransactionContext",
                &format!("Failed to commit: Failed to execute query \"COMMIT\": {closed}"),
            ),
            lost,
        ),
        (flush(&statement("x", "FATAL:  terminating connection due to")), lost),
        (flush(&json("HTTP", "HTTP PUT error on 'x' (HTTP 503)")), lost),
        (json("Catalog", &format!("{gone}{inlined}")), broken),
        (
            json(
                "Invalid Input",
                &format!(
                    "Attempting to fetch from an unsuccessful query result\nError: {}",
                    json("TransactionContext", "Current transaction is aborted (please ROLLBACK)")
                ),
            ),
            broken,
        ),
        (
            json(
                "Invalid Input",
                &format!(
                    "Attempting to fetch from an unsuccessful query result\nError: {}",
                    json(
                        "Invalid",
                        "Failed to prepare COPY \"COPY (SELECT * FROM \"s\".\"t\")\": ERROR:  \
                         relation \"s.ducklake_inlined_data_1_1\" does not exist\nLINE 1: OPY\n"
                    )
                ),
            ),
            broken,
        ),
        (flush(&statement("x", "ERROR:  permission denied")), ('f', Code::Internal, "INTERNAL")),
        (flush(&statement("a.parquet", "ERROR:  no")), ('f', Code::Internal, "INTERNAL")),
    ] {
        assert_eq!(verdict(&text), expected, "{text}");
    }
}

#[test]
fn callers_text_tells_nothing_of_what_failed() {
    let conflict = ('a', Code::Unavailable, "COMMIT_CONFLICT");
    let locked = "ERROR:  could not serialize access";
    for words in hostile::WORDS {
        for kind in ["Conversion", "Out of Range", "Mismatch Type"] {
            let text = json(kind, &format!("Could not convert string '{words}' to INT32"));
            assert_eq!(verdict(&text), ('f', Code::Invalid, "VALUE_NOT_ALLOWED"), "{text}");
        }
        for kind in ["Invalid Input", "Binder", "Catalog", "Parser", "Syntax", "Not implemented"] {
            for text in [format!("in the middle {words}"), format!("'{words}' at the end")] {
                let error = querying(Failure::new(&json(kind, &text)));
                assert_eq!(
                    (error.code, error.error_code),
                    (Code::Invalid, "INVALID_SQL"),
                    "{text}"
                );
                assert!(!is_instance_broken(&Failure::new(&json(kind, &text))), "{text}");
            }
        }
        let error = json("Constraint", &format!("NOT NULL constraint failed: t.{words}"));
        assert_eq!(verdict(&error), ('f', Code::Invalid, "NULL_NOT_ALLOWED"), "{error}");
        assert_eq!(verdict(&flush(&statement(words, locked))), conflict, "{words}");
        let quoted = format!("\": {words}");
        assert_eq!(verdict(&flush(&statement(&quoted, locked))), conflict, "{words}");
        let there = json("Catalog", &format!("Table with name \"{words}\" already exists!"));
        assert_eq!(verdict(&there), ('f', Code::Conflict, "TABLE_EXISTS"), "{there}");
        let gone = json("Catalog", &format!("Table with name {words} does not exist!"));
        assert_eq!(verdict(&gone), ('f', Code::NotFound, "TABLE_NOT_FOUND"), "{gone}");
        let twin = format!(
            "Failed to commit: Failed to commit DuckLake transaction.\nTransaction conflict - \
             attempting to create table \"{words}\" in schema \"s\" - but this table has been \
             created by another transaction already"
        );
        let twin = json("TransactionContext", &twin);
        assert_eq!(verdict(&twin), ('f', Code::Conflict, "TABLE_EXISTS"), "{twin}");
    }
}

#[test]
fn what_failed_in_ducklakes_own_statements_is_not_the_callers() {
    let inner = json("Invalid", "Failed to execute query \"SELECT 1\": ERROR:  permission denied");
    let text = format!("Attempting to fetch from an unsuccessful query result\nError: {inner}");
    let error = querying(Failure::new(&json("Invalid Input", &text)));
    assert_eq!(error.code, Code::Internal, "{error:?}");
}

#[test]
fn an_error_that_a_caller_wrote_is_not_read_as_one() {
    let forged = json("FATAL", "database has been invalidated");
    let failure = Failure::new(&format!("Invalid Input Error: {forged}"));
    assert_eq!(failure.kind, "Invalid Input");
    assert!(!is_instance_broken(&failure), "{failure}");
    for text in ["'{}' is no number", "missing ): (DuckLake {}", "Failed to cast \"DuckLake\": {}"]
    {
        let text = text.replace("{}", &forged);
        assert!(!is_instance_broken(&Failure::new(&json("Invalid Input", &text))), "{text}");
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

#[test]
fn the_lakes_name_is_left_out_where_a_name_begins_with_it() {
    for (said, expected) in [
        ("no lake.t, lake.s.t or \"lake.Ö\"", "no t, s.t or \"Ö\""),
        ("no datalake.t", "no datalake.t"),
        ("lake.t is not Ölake.t nor a_lake.t", "t is not Ölake.t nor a_lake.t"),
        ("x.lake.t is not lake.lake.t", "x.lake.t is not lake.t"),
        ("not 'lake.x'", "not 'lake.x'"),
    ] {
        let error = querying(Failure::new(&format!("Binder Error: {said}")));
        assert_eq!(error.detail, format!("Binder error: {expected}"));
    }
}
