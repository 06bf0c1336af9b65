//! Names of columns or fields, compared without the case of ASCII letters.

use std::collections::HashMap;

/// Finds names; fast where they are asked for in their order.
pub(super) struct Names {
    names: Vec<String>,
    places: HashMap<String, usize>,
    /// Where the next is expected.
    next: usize,
    folded: String,
}

impl Names {
    pub(super) fn new<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let names: Vec<String> = names.map(str::to_owned).collect();
        let place = |(index, name): (usize, &String)| (name.to_ascii_lowercase(), index);
        let places = names.iter().enumerate().map(place).collect();
        Self { names, places, next: 0, folded: String::new() }
    }

    /// The place of a name.
    pub(super) fn find(&mut self, name: &str) -> Option<usize> {
        let expected = self.names.get(self.next).or(self.names.first());
        let place = if expected.is_some_and(|expected| expected.eq_ignore_ascii_case(name)) {
            if self.next < self.names.len() { self.next } else { 0 }
        } else {
            self.folded.clear();
            self.folded.push_str(name);
            self.folded.make_ascii_lowercase();
            *self.places.get(self.folded.as_str())?
        };
        self.next = place + 1;
        Some(place)
    }
}
