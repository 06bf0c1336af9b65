//! DuckDB's types, read out of the C API into a tree.

use duckdb::ffi::{self, DUCKDB_TYPE, duckdb_logical_type};

use super::owned_text;

/// A type as DuckDB hands it out.
pub(crate) struct LogicalType(pub(super) duckdb_logical_type);

// SAFETY: an immutable, owned copy of a type.
unsafe impl Send for LogicalType {}

impl Drop for LogicalType {
    fn drop(&mut self) {
        // SAFETY: live or null, ours, destroyed once.
        unsafe { ffi::duckdb_destroy_logical_type(&mut self.0) };
    }
}

/// A type as a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Type {
    /// A type without parts, by DuckDB's name.
    Plain(&'static str),
    /// `DECIMAL(width, scale)`
    Decimal(u8, u8),
    /// `ENUM('a', …)`
    Enum(Vec<String>),
    /// `T[]`
    List(Box<Type>),
    /// `T[n]`
    Array(Box<Type>, u64),
    /// `STRUCT(a T, …)`; names are empty where it has none.
    Struct(Vec<(String, Type)>),
    /// `MAP(K, V)`
    Map(Box<Type>, Box<Type>),
    /// `UNION(a T, …)`
    Union(Vec<(String, Type)>),
    /// Not known before the parameters are, or not known here.
    Unknown,
}

impl LogicalType {
    /// Takes over a handle, null included.
    ///
    /// # Safety
    /// The handle is the caller's to destroy, and no one else's from here on.
    pub(super) unsafe fn own(raw: duckdb_logical_type) -> Self {
        Self(raw)
    }

    /// The tree of it.
    pub(crate) fn read(&self) -> Type {
        if self.0.is_null() {
            return Type::Unknown;
        }
        // SAFETY: not null, live.
        let id = unsafe { ffi::duckdb_get_type_id(self.0) };
        match id {
            ffi::DUCKDB_TYPE_DUCKDB_TYPE_DECIMAL => {
                // SAFETY: live, and a decimal.
                unsafe {
                    Type::Decimal(
                        ffi::duckdb_decimal_width(self.0),
                        ffi::duckdb_decimal_scale(self.0),
                    )
                }
            }
            ffi::DUCKDB_TYPE_DUCKDB_TYPE_ENUM => self.read_enum(),
            ffi::DUCKDB_TYPE_DUCKDB_TYPE_LIST => {
                Type::List(Box::new(self.child(ffi::duckdb_list_type_child_type)))
            }
            ffi::DUCKDB_TYPE_DUCKDB_TYPE_ARRAY => {
                // SAFETY: live, and an array.
                let size = unsafe { ffi::duckdb_array_type_array_size(self.0) };
                Type::Array(Box::new(self.child(ffi::duckdb_array_type_child_type)), size)
            }
            ffi::DUCKDB_TYPE_DUCKDB_TYPE_MAP => Type::Map(
                Box::new(self.child(ffi::duckdb_map_type_key_type)),
                Box::new(self.child(ffi::duckdb_map_type_value_type)),
            ),
            ffi::DUCKDB_TYPE_DUCKDB_TYPE_STRUCT => self.read_struct(),
            ffi::DUCKDB_TYPE_DUCKDB_TYPE_UNION => self.read_union(),
            ffi::DUCKDB_TYPE_DUCKDB_TYPE_VARCHAR => self.read_text(),
            id => plain(id).map_or(Type::Unknown, Type::Plain),
        }
    }

    fn child(&self, of: unsafe extern "C" fn(duckdb_logical_type) -> duckdb_logical_type) -> Type {
        // SAFETY: `of` fits the type, as its caller looked; the child is ours.
        unsafe { Self::own(of(self.0)) }.read()
    }

    fn read_enum(&self) -> Type {
        // SAFETY: live, and an enum; indexes are in range, texts are allocated for us.
        let values = unsafe {
            let size = ffi::duckdb_enum_dictionary_size(self.0);
            (0..u64::from(size))
                .map(|index| owned_text(ffi::duckdb_enum_dictionary_value(self.0, index)))
                .collect()
        };
        Type::Enum(values)
    }

    fn read_struct(&self) -> Type {
        // SAFETY: live, and a struct; indexes are in range, texts and children are ours.
        let fields = unsafe {
            (0..ffi::duckdb_struct_type_child_count(self.0))
                .map(|index| {
                    let name = owned_text(ffi::duckdb_struct_type_child_name(self.0, index));
                    let child = Self::own(ffi::duckdb_struct_type_child_type(self.0, index));
                    (name, child.read())
                })
                .collect()
        };
        Type::Struct(fields)
    }

    fn read_union(&self) -> Type {
        // SAFETY: live, and a union; indexes are in range, texts and members are ours.
        let members = unsafe {
            (0..ffi::duckdb_union_type_member_count(self.0))
                .map(|index| {
                    let name = owned_text(ffi::duckdb_union_type_member_name(self.0, index));
                    let member = Self::own(ffi::duckdb_union_type_member_type(self.0, index));
                    (name, member.read())
                })
                .collect()
        };
        Type::Union(members)
    }

    /// JSON is text under another name.
    fn read_text(&self) -> Type {
        // SAFETY: live; the text is allocated for us or null.
        let alias = unsafe { owned_text(ffi::duckdb_logical_type_get_alias(self.0)) };
        Type::Plain(if alias == "JSON" { "JSON" } else { "VARCHAR" })
    }
}

fn plain(id: DUCKDB_TYPE) -> Option<&'static str> {
    Some(match id {
        ffi::DUCKDB_TYPE_DUCKDB_TYPE_BOOLEAN => "BOOLEAN",
        ffi::DUCKDB_TYPE_DUCKDB_TYPE_TINYINT => "TINYINT",
        ffi::DUCKDB_TYPE_DUCKDB_TYPE_SMALLINT => "SMALLINT",
        ffi::DUCKDB_TYPE_DUCKDB_TYPE_INTEGER => "INTEGER",
        ffi::DUCKDB_TYPE_DUCKDB_TYPE_BIGINT => "BIGINT",
        ffi::DUCKDB_TYPE_DUCKDB_TYPE_HUGEINT => "HUGEINT",
        ffi::DUCKDB_TYPE_DUCKDB_TYPE_UTINYINT => "UTINYINT",
        ffi::DUCKDB_TYPE_DUCKDB_TYPE_USMALLINT => "USMALLINT",
        ffi::DUCKDB_TYPE_DUCKDB_TYPE_UINTEGER => "UINTEGER",
        ffi::DUCKDB_TYPE_DUCKDB_TYPE_UBIGINT => "UBIGINT",
        ffi::DUCKDB_TYPE_DUCKDB_TYPE_UHUGEINT => "UHUGEINT",
        ffi::DUCKDB_TYPE_DUCKDB_TYPE_FLOAT => "FLOAT",
        ffi::DUCKDB_TYPE_DUCKDB_TYPE_DOUBLE => "DOUBLE",
        ffi::DUCKDB_TYPE_DUCKDB_TYPE_BLOB => "BLOB",
        ffi::DUCKDB_TYPE_DUCKDB_TYPE_UUID => "UUID",
        ffi::DUCKDB_TYPE_DUCKDB_TYPE_DATE => "DATE",
        ffi::DUCKDB_TYPE_DUCKDB_TYPE_TIME => "TIME",
        ffi::DUCKDB_TYPE_DUCKDB_TYPE_TIME_NS => "TIME_NS",
        ffi::DUCKDB_TYPE_DUCKDB_TYPE_TIME_TZ => "TIME WITH TIME ZONE",
        ffi::DUCKDB_TYPE_DUCKDB_TYPE_TIMESTAMP => "TIMESTAMP",
        ffi::DUCKDB_TYPE_DUCKDB_TYPE_TIMESTAMP_S => "TIMESTAMP_S",
        ffi::DUCKDB_TYPE_DUCKDB_TYPE_TIMESTAMP_MS => "TIMESTAMP_MS",
        ffi::DUCKDB_TYPE_DUCKDB_TYPE_TIMESTAMP_NS => "TIMESTAMP_NS",
        ffi::DUCKDB_TYPE_DUCKDB_TYPE_TIMESTAMP_TZ => "TIMESTAMP WITH TIME ZONE",
        ffi::DUCKDB_TYPE_DUCKDB_TYPE_INTERVAL => "INTERVAL",
        ffi::DUCKDB_TYPE_DUCKDB_TYPE_BIT => "BIT",
        ffi::DUCKDB_TYPE_DUCKDB_TYPE_BIGNUM => "BIGNUM",
        ffi::DUCKDB_TYPE_DUCKDB_TYPE_VARIANT => "VARIANT",
        ffi::DUCKDB_TYPE_DUCKDB_TYPE_GEOMETRY => "GEOMETRY",
        ffi::DUCKDB_TYPE_DUCKDB_TYPE_SQLNULL => "NULL",
        _ => return None,
    })
}
