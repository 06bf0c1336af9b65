//! Values for placeholders, as the arguments of an EXECUTE.
//!
//! DuckDB itself makes the values: a literal text and a CAST to a type of ours give any type, lists
//! and structs included, which the C API's constructors of values do not. Nothing of a value is SQL:
//! it stands between quotes.

use domain::{Code, Error, Result};
use service::{Parameter, Parameters};

use crate::sql::{identifier, literal};

/// How deep lists in lists may go.
const DEPTH: usize = 32;

/// The arguments for a statement with placeholders of these names ("1", "2", or as after `$`).
pub(super) fn arguments(names: &[String], given: &Parameters) -> Result<String> {
    let arguments: Vec<_> = match given {
        Parameters::Positional(values) => {
            if names.len() != values.len() || !are_positions(names) {
                return Err(count_mismatch(names, values.len()));
            }
            let values = values.iter().enumerate();
            values
                .map(|(index, value)| expression(value, &format!("params[{index}]"), 0))
                .collect::<Result<_>>()?
        }
        Parameters::Named(values) => {
            check_names(names, values)?;
            values
                .iter()
                .map(|(name, value)| {
                    let value = expression(value, &format!("params.{name}"), 0)?;
                    Ok(format!("{} := {value}", identifier(name)))
                })
                .collect::<Result<_>>()?
        }
    };
    Ok(arguments.join(", "))
}

/// Whether any value is given.
pub(super) fn is_empty(given: &Parameters) -> bool {
    match given {
        Parameters::Positional(values) => values.is_empty(),
        Parameters::Named(values) => values.is_empty(),
    }
}

fn are_positions(names: &[String]) -> bool {
    (1..=names.len()).all(|position| names.contains(&position.to_string()))
}

fn count_mismatch(names: &[String], given: usize) -> Error {
    let wanted = if are_positions(names) {
        format!("{} parameters by position", names.len())
    } else {
        format!("the parameters ${}", names.join(", $"))
    };
    Error::invalid(
        "PARAMETER_MISMATCH",
        format!("The statement takes {wanted}; `params` gives {given} by position."),
    )
    .field("params", "does not fit the placeholders of the statement")
}

fn check_names(names: &[String], values: &[(String, Parameter)]) -> Result<()> {
    let mut error = Error::invalid(
        "PARAMETER_MISMATCH",
        "The names in `params` do not fit the placeholders of the statement; `errors` names each.",
    );
    for name in names {
        if !values.iter().any(|(given, _)| given.eq_ignore_ascii_case(name)) {
            error = error.field(format!("params.{name}"), "is missing");
        }
    }
    for (given, _) in values {
        if !names.iter().any(|name| given.eq_ignore_ascii_case(name)) {
            error = error.field(format!("params.{given}"), "is not a placeholder of the statement");
        }
    }
    if error.fields.is_empty() { Ok(()) } else { Err(error) }
}

fn expression(value: &Parameter, field: &str, depth: usize) -> Result<String> {
    if depth > DEPTH {
        return Err(invalid(field, "nests too deep"));
    }
    Ok(match value {
        Parameter::Null => "NULL".to_owned(),
        Parameter::Boolean(value) => value.to_string(),
        Parameter::Number(text) => number(text, field)?,
        Parameter::Text(text) => quoted(text, field)?,
        Parameter::List(values) => {
            let values: Vec<_> = values
                .iter()
                .enumerate()
                .map(|(index, value)| expression(value, &format!("{field}[{index}]"), depth + 1))
                .collect::<Result<_>>()?;
            format!("[{}]", values.join(", "))
        }
        Parameter::Typed(r#type, value) => {
            format!("CAST({} AS {type})", expression(value, field, depth + 1)?)
        }
    })
}

/// A JSON integer is BIGINT, past it HUGEINT, past that refused; any other number is DOUBLE.
fn number(text: &str, field: &str) -> Result<String> {
    if text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
        let r#type = match text.parse::<i128>() {
            Ok(value) if i64::try_from(value).is_ok() => "BIGINT",
            Ok(_) => "HUGEINT",
            Err(_) => return Err(invalid(field, "is an integer of more than 128 bits")),
        };
        return Ok(format!("CAST({} AS {type})", literal(text), type = r#type));
    }
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(format!("CAST({} AS DOUBLE)", literal(text))),
        _ => Err(invalid(field, "is not a number that a DOUBLE holds")),
    }
}

/// C's strings end at a NUL, so it is put together there.
fn quoted(text: &str, field: &str) -> Result<String> {
    if text.len() > 16 << 20 {
        return Err(invalid(field, "is longer than 16 MB"));
    }
    if !text.contains('\0') {
        return Ok(literal(text));
    }
    let parts: Vec<_> = text.split('\0').map(literal).collect();
    Ok(format!("({})", parts.join(" || chr(0) || ")))
}

fn invalid(field: &str, what: &str) -> Error {
    Error::new(Code::Invalid, "INVALID_PARAMS", format!("The parameter `{field}` {what}."))
        .field(field, what)
}

#[cfg(test)]
mod tests {
    use domain::ColumnType;

    use super::*;

    fn named(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn values_become_expressions_that_hold_no_sql_of_the_caller() {
        let date = ColumnType::parse("DATE").expect("a type");
        let values = vec![
            Parameter::Null,
            Parameter::Number("9007199254740993".into()),
            Parameter::Number("170141183460469231731687303715884105727".into()),
            Parameter::Number("1e2".into()),
            Parameter::Text("'); DROP".into()),
            Parameter::List(vec![Parameter::Boolean(true)]),
            Parameter::Typed(date, Box::new(Parameter::Text("2020-01-01".into()))),
            Parameter::Text("a\0b".into()),
        ];
        let names = named(&["1", "2", "3", "4", "5", "6", "7", "8"]);
        assert_eq!(
            arguments(&names, &Parameters::Positional(values)).expect("arguments"),
            "NULL, CAST('9007199254740993' AS BIGINT), \
             CAST('170141183460469231731687303715884105727' AS HUGEINT), CAST('1e2' AS DOUBLE), \
             '''); DROP', [true], CAST('2020-01-01' AS DATE), ('a' || chr(0) || 'b')"
        );
    }

    #[test]
    fn counts_and_names_must_fit() {
        let one = || Parameters::Positional(vec![Parameter::Null]);
        assert!(arguments(&named(&["1"]), &one()).is_ok());
        assert!(arguments(&named(&[]), &one()).is_err());
        assert!(arguments(&named(&["a"]), &one()).is_err());
        let given = Parameters::Named(vec![("b".into(), Parameter::Null)]);
        let error = arguments(&named(&["a"]), &given).expect_err("two problems");
        assert_eq!(error.fields.len(), 2);
    }
}
