//! What is ours in the catalog, on real PostgreSQL and real SQLite, with DuckLake's tables as captured
//! from it (`fixtures/`). With DuckDB itself the same is run by the `tests` crate.

#![expect(
    clippy::disallowed_methods,
    reason = "a test reads where its server is, and names what is its own"
)]

mod changes;
mod lakes;
mod ledger;
mod listing;
mod migrations;
mod roles;

/// Each case on a lake of its own in each database.
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                super::$name(&crate::lakes::Lake::postgres().await).await;
            })+
        }
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                super::$name(&crate::lakes::Lake::sqlite().await).await;
            })+
        }
    };
}
pub(crate) use on_both;
