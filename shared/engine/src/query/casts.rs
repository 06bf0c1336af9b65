//! Types that DuckDB's conversion to Arrow gets wrong, or that no reader of Arrow takes: cast before
//! (FACTS 14). Everything else stays as it is.

use super::variants;
use crate::raw::Type;
use crate::sql::identifier;

/// The type to cast to; `None` where the type is fine.
pub(super) fn target(r#type: &Type) -> Option<Type> {
    match r#type {
        // Wrong in silence. A sum of BIGINTs is a HUGEINT, so it must stay a number.
        Type::Plain("HUGEINT") => Some(Type::Decimal(38, 0)),
        Type::Plain("UHUGEINT" | "TIME WITH TIME ZONE" | "BIT" | "BIGNUM" | "GEOMETRY") => {
            Some(Type::Plain("VARCHAR"))
        }
        Type::Plain("VARIANT") | Type::Union(_) => Some(Type::Plain("JSON")),
        // A dictionary in each batch, of all values, for every reader to merge: text is less.
        Type::Enum(_) => Some(Type::Plain("VARCHAR")),
        Type::Plain(_) | Type::Decimal(..) | Type::Unknown => None,
        Type::List(element) => Some(Type::List(Box::new(target(element)?))),
        Type::Array(element, size) => Some(Type::Array(Box::new(target(element)?), *size)),
        Type::Map(key, value) => {
            let (new_key, new_value) = (target(key), target(value));
            if new_key.is_none() && new_value.is_none() {
                return None;
            }
            let or = |new: Option<Type>, old: &Type| Box::new(new.unwrap_or_else(|| old.clone()));
            Some(Type::Map(or(new_key, key), or(new_value, value)))
        }
        Type::Struct(fields) => {
            let targets: Vec<_> = fields.iter().map(|(_, field)| target(field)).collect();
            if targets.iter().all(Option::is_none) {
                return None;
            }
            // A struct without names cannot be written as a type; its fields as JSON can be read.
            if fields.iter().any(|(name, _)| name.is_empty()) {
                return Some(Type::Plain("JSON"));
            }
            let fields = fields
                .iter()
                .zip(targets)
                .map(|((name, old), new)| (name.clone(), new.unwrap_or_else(|| old.clone())));
            Some(Type::Struct(fields.collect()))
        }
    }
}

/// The type as DuckDB writes it.
pub(super) fn text(r#type: &Type) -> String {
    match r#type {
        Type::Plain(name) => (*name).to_owned(),
        Type::Decimal(width, scale) => format!("DECIMAL({width},{scale})"),
        Type::Enum(values) => {
            let values: Vec<_> = values.iter().map(|value| crate::sql::literal(value)).collect();
            format!("ENUM({})", values.join(", "))
        }
        Type::List(element) => format!("{}[]", text(element)),
        Type::Array(element, size) => format!("{}[{size}]", text(element)),
        Type::Struct(fields) => format!("STRUCT({})", fields_text(fields)),
        Type::Map(key, value) => format!("MAP({}, {})", text(key), text(value)),
        Type::Union(members) => format!("UNION({})", fields_text(members)),
        Type::Unknown => "UNKNOWN".to_owned(),
    }
}

fn fields_text(fields: &[(String, Type)]) -> String {
    let fields: Vec<_> = fields
        .iter()
        .map(|(name, r#type)| match name.as_str() {
            "" => text(r#type),
            name => format!("{} {}", identifier(name), text(r#type)),
        })
        .collect();
    fields.join(", ")
}

/// The statement with columns cast and rows limited, if anything of that is needed. Columns are
/// named by position, for their own names may stand twice. With it comes where `sql` begins in it.
/// `condition` is what stands before the limit, a WHERE or nothing.
pub(super) fn wrap(
    sql: &str,
    types: &[Type],
    limit: Option<u64>,
    condition: &str,
) -> Option<(String, usize)> {
    let targets: Vec<_> = types.iter().map(target).collect();
    if limit.is_none() && targets.iter().all(Option::is_none) {
        return None;
    }
    let names: Vec<_> = (0..types.len()).map(|index| format!("c{index}")).collect();
    let columns: Vec<_> = names
        .iter()
        .zip(types.iter().zip(&targets))
        .map(|(name, (r#type, target))| match target {
            Some(target) => variants::cast(name, r#type)
                .unwrap_or_else(|| format!("CAST({name} AS {})", text(target))),
            None => name.clone(),
        })
        .collect();
    // The newlines end a comment at the statement's end.
    let before = format!("SELECT {} FROM (\n", columns.join(", "));
    let (names, limit) = (names.join(", "), self::limit(limit));
    Some((format!("{before}{sql}\n) AS q({names}){condition}{limit}"), before.len()))
}

/// The LIMIT behind a statement: one more than is wanted tells that there are more.
pub(super) fn limit(limit: Option<u64>) -> String {
    limit.map_or(String::new(), |limit| format!(" LIMIT {}", limit.saturating_add(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_needs_it_is_cast_however_deep() {
        let huge = || Type::Plain("HUGEINT");
        assert_eq!(target(&Type::Plain("BIGINT")), None);
        assert_eq!(target(&Type::List(Box::new(Type::Plain("DATE")))), None);
        let nested = Type::Struct(vec![
            ("a \"b".into(), Type::List(Box::new(huge()))),
            ("c".into(), Type::Plain("DATE")),
        ]);
        let cast = target(&nested).expect("a cast");
        assert_eq!(text(&cast), r#"STRUCT("a ""b" DECIMAL(38,0)[], "c" DATE)"#);
        assert_eq!(target(&Type::Struct(vec![(String::new(), huge())])), Some(Type::Plain("JSON")));
    }

    #[test]
    fn a_statement_is_wrapped_only_where_needed() {
        let plain = [Type::Plain("BIGINT")];
        assert_eq!(wrap("SELECT 1", &plain, None, ""), None);
        assert_eq!(
            wrap("SELECT 1 -- x", &plain, Some(5), ""),
            Some(("SELECT c0 FROM (\nSELECT 1 -- x\n) AS q(c0) LIMIT 6".to_owned(), 17))
        );
    }
}
