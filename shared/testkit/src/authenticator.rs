//! Callers whose grants stand in their token: `Bearer ada read:main.flights write:raw`.

use async_trait::async_trait;
use domain::{Access, Caller, Code, Error, Grants, Result, TableName};
use service::Authenticator;

/// Reads `Bearer <name> <right>:<table> …`; a name without rights may touch everything, and no
/// header at all is nobody.
pub struct GrantingAuthenticator;

#[async_trait]
impl Authenticator for GrantingAuthenticator {
    async fn authenticate(&self, authorization: Option<&str>) -> Result<Caller> {
        let token = authorization.and_then(|header| header.strip_prefix("Bearer "));
        let mut words = token.unwrap_or_default().split(' ');
        let name = words.next().filter(|name| !name.is_empty()).ok_or_else(nobody)?;
        let granted = words.map(grant).collect::<Result<Vec<_>>>()?;
        let grants = if granted.is_empty() { Grants::All } else { Grants::Tables(granted) };
        Ok(Caller { name: name.to_owned(), grants })
    }
}

fn grant(word: &str) -> Result<(TableName, Access)> {
    let (right, table) = word.split_once(':').ok_or_else(nobody)?;
    let access = match right {
        "read" => Access::Read,
        "write" => Access::Write,
        _ => return Err(nobody()),
    };
    Ok((TableName::parse(table)?, access))
}

fn nobody() -> Error {
    Error::new(Code::Unauthenticated, "UNAUTHENTICATED", "Send `Authorization: Bearer <name> …`.")
}
