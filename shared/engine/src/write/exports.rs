//! What Parquet has in place of two types, read back: an export of a table fits the table again.

use crate::error;
use crate::sql::{identifier, literal};

/// A timestamp of whole seconds, of which Parquet makes milliseconds; a finer one is refused.
pub(super) fn seconds(column: &str) -> String {
    let name = identifier(column);
    let whole = format!("CAST(CAST({name} AS TIMESTAMP) AS TIMESTAMP_S)");
    let finer = refusal(&format!("{name}::VARCHAR"), error::FINER, column);
    format!(
        "CASE WHEN CAST({whole} AS TIMESTAMP) IS DISTINCT FROM {name} \
         THEN CAST({finer} AS TIMESTAMP_S) ELSE {whole} END"
    )
}

/// An interval as the text that exports have: ISO 8601, whose letters become words that DuckDB reads.
pub(super) fn interval(column: &str) -> String {
    const FORM: &str = "P(-?[0-9]+Y)?(-?[0-9]+M)?(-?[0-9]+W)?(-?[0-9]+D)?\
                        (T(-?[0-9]+H)?(-?[0-9]+M)?(-?[0-9]+([.][0-9]{1,6})?S)?)?";
    let name = identifier(column);
    let date = format!("substr(split_part({name}, 'T', 1), 2)");
    let date = [('Y', "years"), ('M', "months"), ('W', "weeks"), ('D', "days")]
        .iter()
        .fold(date, in_words);
    let time = format!("split_part({name}, 'T', 2)");
    let time = [('H', "hours"), ('M', "minutes"), ('S', "seconds")].iter().fold(time, in_words);
    let other = refusal(&name, error::NO_INTERVAL, column);
    // What is NULL takes the first way.
    format!(
        "CASE WHEN coalesce(regexp_full_match({name}, {form}), true) \
         THEN CAST({date} || {time} AS INTERVAL) ELSE CAST({other} AS INTERVAL) END",
        form = literal(FORM)
    )
}

fn in_words(text: String, (letter, word): &(char, &str)) -> String {
    // The letters of words that are there already are small ones.
    format!("replace({text}, '{letter}', ' {word} ')")
}

/// A text whose making fails, and says so in words that [`error::refused_value`] knows.
fn refusal(value: &str, why: &str, column: &str) -> String {
    format!("CAST({value} || {} AS HUGEINT)::VARCHAR", literal(&format!("{why}{column}")))
}
