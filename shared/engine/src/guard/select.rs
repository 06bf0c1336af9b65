//! Queries: their WITH, their FROM, and how many of what one may hold.

use domain::Result;

use super::json::{Node, Object};
use super::refusal;
use super::relation::Place;
use super::scope::Scope;
use super::walk::Walk;

/// Queries that references to WITH and to views may become: the engine may run each reference anew.
const EXPANSIONS: u64 = 1_000;

/// UNION and its like in one statement: each is planned upon the one before.
const SET_OPERATIONS: usize = 1_000;

/// Joins in one FROM, with those of its subqueries: their order is planned with no regard to a time limit,
/// 64 in a second, 100 in ten.
const JOINS: usize = 64;

/// Sets of GROUPING SETS: a CUBE of eight columns. One of twelve runs 40 s past any time limit.
const GROUPINGS: usize = 256;

impl Walk<'_, '_> {
    /// A query: its WITH from the first to the last, each seeing those before it, then the rest.
    pub(super) fn select(
        &mut self,
        query: &Object<'_>,
        outer: &Scope<'_>,
        place: Place,
    ) -> Result<()> {
        self.count(query)?;
        let joins = std::mem::take(&mut self.joins);
        let mut scope = Scope::within(outer);
        for entry in query.object("cte_map").map(|map| map.array("map")).unwrap_or_default() {
            self.joins = 0;
            // What it is made of counts where it is read, each time.
            let before = std::mem::take(&mut self.expansions);
            self.node(entry, &scope, Place::From)?;
            let own = std::mem::replace(&mut self.expansions, before);
            if let Node::Object(entry) = entry {
                scope.add(entry.text("key"), own.saturating_add(1));
            }
        }
        let mut recursive = Scope::within(&scope);
        recursive.add(query.text("cte_name"), 1);
        let is_recursive = query.text("type") == "RECURSIVE_CTE_NODE";
        for (key, node) in &query.0 {
            self.joins = 0;
            match *key {
                "cte_map" | "from_table" => {}
                // Of a recursive query only the second half sees itself.
                "right" if is_recursive => self.node(node, &recursive, Place::From)?,
                _ => self.node(node, &scope, Place::From)?,
            }
        }
        // Those of a FROM around it and its own are planned together.
        self.joins = joins;
        query.get("from_table").map_or(Ok(()), |from| self.node(from, &scope, place))
    }

    fn count(&mut self, query: &Object<'_>) -> Result<()> {
        if query.array("group_sets").len() > GROUPINGS {
            return Err(refusal::too_many("grouping sets", GROUPINGS));
        }
        self.set_operations += usize::from(query.text("type") == "SET_OPERATION_NODE");
        if self.set_operations > SET_OPERATIONS {
            return Err(refusal::too_many("UNION, INTERSECT and EXCEPT", SET_OPERATIONS));
        }
        Ok(())
    }

    /// A query within an expression, whose joins are its own.
    pub(super) fn subquery(&mut self, object: &Object<'_>, scope: &Scope<'_>) -> Result<()> {
        let joins = std::mem::take(&mut self.joins);
        self.parts(object, scope)?;
        self.joins = joins;
        Ok(())
    }

    /// One more join.
    pub(super) fn join(&mut self) -> Result<()> {
        self.joins += 1;
        if self.joins > JOINS {
            return Err(refusal::too_many("joins in one FROM", JOINS));
        }
        Ok(())
    }

    /// A reference becomes so many queries more.
    pub(super) fn expand(&mut self, object: &Object<'_>, by: u64) -> Result<()> {
        self.expansions = self.expansions.saturating_add(by);
        if self.expansions <= EXPANSIONS {
            return Ok(());
        }
        Err(self.at(object, refusal::too_many_expansions(EXPANSIONS)))
    }
}
