//! Which functions callers may use.
//!
//! DuckDB has no list of what is safe. Its scalar and aggregate functions compute, save those below,
//! which show or change the session, the machine or the engine (FACTS 16). Table functions reach
//! everything there is, save the few that are allowed.

/// Table functions that read nothing but their arguments.
pub(super) const TABLE_FUNCTIONS: [&str; 6] =
    ["generate_series", "json_each", "json_tree", "range", "repeat", "unnest"];

/// Functions that are refused, in order. `error` would let a caller say what DuckDB says when it is
/// broken.
pub(super) const REFUSED: [&str; 33] = [
    "cast_to_type",
    "col_description",
    "combine",
    "create_sort_key",
    "current_connection_id",
    "current_query",
    "current_query_id",
    "current_schemas",
    "current_setting",
    "current_transaction_id",
    "currval",
    "error",
    "finalize",
    "get_block_size",
    "getvariable",
    "in_search_path",
    "json_deserialize_sql",
    "json_serialize_plan",
    "json_serialize_sql",
    "make_type",
    "nextval",
    "obj_description",
    "parse_duckdb_log_message",
    "replace_type",
    "setseed",
    "shobj_description",
    "sleep_ms",
    "stats",
    "txid_current",
    "variant_bytes_to_variant",
    "variant_to_parquet_variant",
    "vector_type",
    "write_log",
];

/// Families that are refused; what PostgreSQL's catalog would say.
const REFUSED_PREFIXES: [&str; 4] = ["__internal_", "has_", "inet_", "pg_"];

/// Members of these families that only compute.
const HARMLESS: [&str; 2] = ["pg_size_pretty", "pg_typeof"];

/// Whether a scalar, aggregate or window function may be called.
pub(super) fn is_allowed(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    if HARMLESS.contains(&name.as_str()) {
        return true;
    }
    let refused = REFUSED.binary_search(&name.as_str()).is_ok()
        || REFUSED_PREFIXES.iter().any(|prefix| name.starts_with(prefix));
    !refused
}

/// Whether a function may stand in FROM.
pub(super) fn is_allowed_in_from(name: &str) -> bool {
    TABLE_FUNCTIONS.iter().any(|allowed| allowed.eq_ignore_ascii_case(name))
}

/// Whether what stands before the function's dot is what the parser itself puts there (`[1, 2]` is
/// `main.list_value`), or the same written by hand: with the default database of callers' connections
/// that names built-ins only.
pub(super) fn is_plain(catalog: &str, schema: &str) -> bool {
    catalog.is_empty() && (schema.is_empty() || schema.eq_ignore_ascii_case("main"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_in_order_for_it_is_searched_so() {
        assert!(REFUSED.is_sorted());
        assert!(!is_allowed("Current_Setting") && !is_allowed("PG_SLEEP"));
        assert!(is_allowed("lower") && is_allowed("+") && is_allowed("pg_typeof"));
        assert!(is_allowed_in_from("RANGE") && !is_allowed_in_from("read_text"));
    }
}
