//! A VARIANT as JSON. DuckDB makes the text `null` of one that is NULL, also within lists, structs and maps:
//! so those are taken apart where they hold one.

use super::casts::{target, text};
use crate::raw::Type;
use crate::sql::{identifier, literal};

/// The expression that casts `value`, of this type, to its target; `None` where no VARIANT is in it, so that
/// a plain CAST does.
pub(super) fn cast(value: &str, r#type: &Type) -> Option<String> {
    holds_variant(r#type).then(|| expression(value, r#type, 0))
}

fn holds_variant(r#type: &Type) -> bool {
    match r#type {
        Type::Plain(name) => *name == "VARIANT",
        Type::List(element) | Type::Array(element, _) => holds_variant(element),
        Type::Map(key, value) => holds_variant(key) || holds_variant(value),
        // One without names becomes JSON as a whole, in which a NULL is one.
        Type::Struct(fields) => {
            fields.iter().all(|(name, _)| !name.is_empty())
                && fields.iter().any(|(_, field)| holds_variant(field))
        }
        Type::Union(_) | Type::Enum(_) | Type::Decimal(..) | Type::Unknown => false,
    }
}

/// `depth` gives the parameter of each lambda a name of its own.
fn expression(value: &str, r#type: &Type, depth: usize) -> String {
    let as_target = |value: &str| match target(r#type) {
        Some(target) => format!("CAST({value} AS {})", text(&target)),
        None => value.to_owned(),
    };
    if !holds_variant(r#type) {
        return as_target(value);
    }
    let element = format!("x{depth}");
    let each =
        |list: &str, made: String| format!("list_transform({list}, lambda {element}: {made})");
    match r#type {
        Type::List(of) => each(value, expression(&element, of, depth + 1)),
        Type::Array(of, _) => as_target(&each(value, expression(&element, of, depth + 1))),
        Type::Map(key, of) => {
            let part = |name: &str, r#type| {
                expression(&format!("struct_extract({element}, '{name}')"), r#type, depth + 1)
            };
            let entry =
                format!("struct_pack(k := {}, v := {})", part("key", key), part("value", of));
            format!("map_from_entries({})", each(&format!("map_entries({value})"), entry))
        }
        Type::Struct(fields) => {
            let field = |(name, r#type): &(String, Type)| {
                let field = format!("struct_extract({value}, {})", literal(name));
                format!("{} := {}", identifier(name), expression(&field, r#type, depth + 1))
            };
            let fields: Vec<_> = fields.iter().map(field).collect();
            format!(
                "CASE WHEN {value} IS NULL THEN NULL ELSE struct_pack({}) END",
                fields.join(", ")
            )
        }
        _ => format!("CASE WHEN {value} IS NULL THEN NULL ELSE {} END", as_target(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VARIANT: Type = Type::Plain("VARIANT");

    #[test]
    fn only_what_holds_a_variant_is_taken_apart() {
        let plain = Type::List(Box::new(Type::Plain("HUGEINT")));
        assert_eq!(cast("c0", &plain), None);
        assert_eq!(cast("c0", &Type::Struct(vec![(String::new(), VARIANT)])), None);
        let nested = Type::Struct(vec![
            ("a'\"".into(), Type::List(Box::new(VARIANT))),
            ("b".into(), plain),
            ("c".into(), Type::Plain("DATE")),
        ]);
        let expected = "CASE WHEN c0 IS NULL THEN NULL ELSE struct_pack(\
            \"a'\"\"\" := list_transform(struct_extract(c0, 'a''\"'), lambda x1: \
            CASE WHEN x1 IS NULL THEN NULL ELSE CAST(x1 AS JSON) END), \
            \"b\" := CAST(struct_extract(c0, 'b') AS DECIMAL(38,0)[]), \
            \"c\" := struct_extract(c0, 'c')) END";
        assert_eq!(cast("c0", &nested).as_deref(), Some(expected));
    }
}
