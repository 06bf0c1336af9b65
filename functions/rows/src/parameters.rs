//! The values for placeholders, out of their JSON.

use domain::{ColumnType, Error, Result};
use serde_json::{Map, Value};
use service::{Parameter, Parameters};

/// An array for `?` and `$1`, an object for `$name`.
pub(crate) fn read(params: Option<Value>) -> Result<Parameters> {
    match params {
        None | Some(Value::Null) => Ok(Parameters::Positional(Vec::new())),
        Some(Value::Array(values)) => values
            .into_iter()
            .enumerate()
            .map(|(index, value)| parameter(value, &format!("params[{index}]")))
            .collect::<Result<_>>()
            .map(Parameters::Positional),
        Some(Value::Object(values)) => values
            .into_iter()
            .map(|(name, value)| {
                let value = parameter(value, &format!("params.{name}"))?;
                Ok((name, value))
            })
            .collect::<Result<_>>()
            .map(Parameters::Named),
        Some(_) => {
            Err(invalid("params", "must be an array (for `?`, `$1`) or an object (for `$name`)"))
        }
    }
}

fn parameter(value: Value, field: &str) -> Result<Parameter> {
    Ok(match value {
        Value::Null => Parameter::Null,
        Value::Bool(value) => Parameter::Boolean(value),
        Value::Number(value) => Parameter::Number(value.to_string()),
        Value::String(value) => Parameter::Text(value),
        Value::Array(values) => Parameter::List(
            values.into_iter().map(|value| parameter(value, field)).collect::<Result<_>>()?,
        ),
        Value::Object(typed) => read_typed(typed, field)?,
    })
}

/// `{"type": "DATE", "value": "2026-01-31"}`
fn read_typed(mut typed: Map<String, Value>, field: &str) -> Result<Parameter> {
    let (r#type, value) = (typed.remove("type"), typed.remove("value"));
    let (Some(Value::String(r#type)), Some(value), true) = (r#type, value, typed.is_empty()) else {
        return Err(invalid(
            field,
            "is an object, so it must be {\"type\": \"<a type>\", \"value\": <a value>} and no more",
        ));
    };
    let r#type = ColumnType::parse(&r#type).map_err(|error| {
        let message = error.detail.clone();
        error.field(format!("{field}.type"), message)
    })?;
    Ok(Parameter::Typed(r#type, Box::new(parameter(value, field)?)))
}

fn invalid(field: &str, what: &str) -> Error {
    Error::invalid("INVALID_PARAMS", format!("`{field}` {what}.")).field(field, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> std::result::Result<Parameters, String> {
        let value = serde_json::from_str(text).expect("JSON");
        read(Some(value)).map_err(|error| error.fields[0].field.clone())
    }

    #[test]
    fn numbers_stay_exact_and_types_are_parsed() {
        let expected = Parameters::Positional(vec![
            Parameter::Number("12345678901234567890123".to_owned()),
            Parameter::Number("1.10".to_owned()),
            Parameter::List(vec![Parameter::Null, Parameter::Text("a".to_owned())]),
            Parameter::Typed(ColumnType::Plain("DATE"), Box::new(Parameter::Text("x".to_owned()))),
        ]);
        let text =
            r#"[12345678901234567890123, 1.10, [null, "a"], {"type": "date", "value": "x"}]"#;
        assert_eq!(check(text), Ok(expected));
    }

    #[test]
    fn what_cannot_be_a_value_is_refused_by_its_place() {
        assert_eq!(check("3"), Err("params".to_owned()));
        assert_eq!(check(r#"[1, {"type": "DATE"}]"#), Err("params[1]".to_owned()));
        assert_eq!(
            check(r#"{"a": {"type": "NOPE", "value": 1}}"#),
            Err("params.a.type".to_owned())
        );
    }
}
