//! A value that does not fit, before it is known in which line and column it stands.

use domain::ColumnType;

use super::scan::{Broken, DEPTH, What};

/// Whether a value was taken.
pub(super) type Fit = Result<(), Box<Misfit>>;

/// Why a value was not taken.
#[derive(Debug)]
pub(super) enum Misfit {
    /// Not a value of the type. `inside` is the way to it within the column's value.
    Value { inside: String, expected: String, found: String, why: String },
    /// Nests deeper than any value may.
    TooDeep,
    /// The text is not JSON.
    Broken(Broken),
    /// The row takes more memory than one may.
    TooLarge,
}

impl Misfit {
    pub(super) fn value(expected: &str, found: &str, why: &str) -> Box<Self> {
        Box::new(Self::Value {
            inside: String::new(),
            expected: expected.to_owned(),
            found: shortened(found),
            why: why.to_owned(),
        })
    }

    /// The same, of a value inside of `name`.
    pub(super) fn within(mut self: Box<Self>, name: &str) -> Box<Self> {
        if let Self::Value { inside, .. } = &mut *self {
            inside.insert_str(0, name);
            inside.insert(0, '.');
        }
        self
    }

    /// Of JSON that stands in a text of its own: what is wrong with it is wrong with the value.
    pub(super) fn of_text(self, expected: &str, text: &str) -> Box<Self> {
        match self {
            Self::Broken(Broken { what: What::Cut, .. }) => {
                Self::value(expected, text, "is JSON that breaks off")
            }
            Self::Broken(Broken { at, what: What::Wrong(what) }) => {
                let character = text.get(..at).map_or(at, |before| before.chars().count()) + 1;
                let why = format!("is not JSON at character {character}: {what}");
                Self::value(expected, text, &why)
            }
            other => Box::new(other),
        }
    }
}

impl From<Broken> for Box<Misfit> {
    fn from(broken: Broken) -> Self {
        Box::new(match broken.what {
            What::TooDeep => Misfit::TooDeep,
            _ => Misfit::Broken(broken),
        })
    }
}

/// What is said of [`Misfit::TooDeep`].
pub(super) fn too_deep() -> String {
    format!("nests deeper than {DEPTH} levels")
}

/// A type's name, short enough for a sentence.
pub(super) fn type_name(r#type: &ColumnType) -> String {
    shortened(&r#type.to_string())
}

/// Text of the caller's, short enough for a sentence and on one line.
pub(in crate::read) fn shortened(text: &str) -> String {
    const CHARACTERS: usize = 60;
    let mut characters = text.chars();
    let visible = |c: char| if c.is_control() { ' ' } else { c };
    let mut short: String = characters.by_ref().take(CHARACTERS).map(visible).collect();
    if characters.next().is_some() {
        short.push('…');
    }
    short
}
