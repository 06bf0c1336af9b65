//! As much of DuckDB's lexer as it takes to find the end of a name, and the semicolons.
//!
//! Should it ever be wrong, the text that it leads to has another tree, and is refused.

/// The parts of a name at `start` (`schema.table`) and the byte behind it. Between the parts white
/// space and comments may stand; a part may be plain, in double quotes, or in single quotes.
pub(super) fn name(text: &str, start: usize) -> Option<(Vec<String>, usize)> {
    let mut parts = Vec::new();
    let mut at = start;
    loop {
        let (part, end) = part(text, at)?;
        parts.push(part);
        let dot = skip_space(text, end);
        if text.as_bytes().get(dot) != Some(&b'.') {
            return Some((parts, end));
        }
        at = skip_space(text, dot + 1);
    }
}

/// The text with a space in place of each semicolon that ends a statement.
pub(super) fn without_semicolons(text: &str) -> String {
    blank(text, |character| character == ';')
}

/// The text with spaces in place of each space that only Unicode knows.
pub(super) fn with_plain_spaces(text: &str) -> String {
    blank(text, is_unicode_space)
}

/// The text with spaces in place of some characters between tokens, byte for byte.
fn blank(text: &str, is_blank: impl Fn(char) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(character) = text[at..].chars().next() {
        let end = token_end(text, at, character);
        if is_blank(character) {
            out.extend(std::iter::repeat_n(' ', end - at));
        } else {
            out.push_str(&text[at..end]);
        }
        at = end;
    }
    out
}

/// What DuckDB takes for a space, as text from a web page or a word processor has it.
fn is_unicode_space(character: char) -> bool {
    matches!(
        character,
        '\u{A0}' | '\u{2000}'
            ..='\u{200B}' | '\u{202F}' | '\u{205F}' | '\u{2060}' | '\u{3000}' | '\u{FEFF}'
    )
}

fn part(text: &str, at: usize) -> Option<(String, usize)> {
    let rest = text.get(at..)?;
    match rest.chars().next()? {
        quote @ ('"' | '\'') => {
            let end = quoted_end(text, at, quote);
            let inner = rest[1..end - at].strip_suffix(quote)?;
            Some((inner.replace(&format!("{quote}{quote}"), &quote.to_string()), end))
        }
        first if is_name_start(first) => {
            let end = plain_end(text, at);
            Some((text[at..end].to_owned(), end))
        }
        _ => None,
    }
}

/// The byte behind white space and comments.
pub(super) fn skip_space(text: &str, mut at: usize) -> usize {
    while let Some(character) = text[at..].chars().next() {
        let comment = text[at..].starts_with("--") || text[at..].starts_with("/*");
        if !comment && !character.is_ascii_whitespace() && character != '\x0B' {
            break;
        }
        at = token_end(text, at, character);
    }
    at
}

/// The byte behind the token that begins at `at` with `first`.
pub(super) fn token_end(text: &str, at: usize, first: char) -> usize {
    let rest = &text[at..];
    match first {
        '\'' | '"' => quoted_end(text, at, first),
        '-' if rest.starts_with("--") => rest.find(['\n', '\r']).map_or(text.len(), |end| at + end),
        '/' if rest.starts_with("/*") => comment_end(text, at),
        '$' => dollar_end(text, at).unwrap_or(at + 1),
        'e' | 'E' if rest[1..].starts_with('\'') => escaped_end(text, at + 1),
        first if is_name_start(first) => plain_end(text, at),
        first => at + first.len_utf8(),
    }
}

fn is_name_start(character: char) -> bool {
    let beyond_ascii = !character.is_ascii() && !is_unicode_space(character);
    character.is_ascii_alphabetic() || character == '_' || beyond_ascii
}

pub(super) fn plain_end(text: &str, at: usize) -> usize {
    let goes_on = |c: char| is_name_start(c) || c.is_ascii_digit() || c == '$';
    text[at..].find(|c| !goes_on(c)).map_or(text.len(), |end| at + end)
}

/// Behind the closing quote; a quote inside stands twice.
fn quoted_end(text: &str, at: usize, quote: char) -> usize {
    let mut end = at + 1;
    while let Some(found) = text[end..].find(quote) {
        end += found + 1;
        if !text[end..].starts_with(quote) {
            return end;
        }
        end += 1;
    }
    text.len()
}

/// As [`quoted_end`] of `E'…'`, in which a backslash takes what follows it.
fn escaped_end(text: &str, at: usize) -> usize {
    let bytes = text.as_bytes();
    let mut end = at + 1;
    while let Some(byte) = bytes.get(end) {
        match byte {
            b'\\' => end += 2,
            b'\'' if bytes.get(end + 1) == Some(&b'\'') => end += 2,
            b'\'' => return end + 1,
            _ => end += 1,
        }
    }
    text.len()
}

/// Comments nest.
fn comment_end(text: &str, at: usize) -> usize {
    let bytes = text.as_bytes();
    let (mut end, mut open) = (at, 0_usize);
    while let Some(pair) = bytes.get(end..end + 2) {
        match pair {
            b"/*" => (open, end) = (open + 1, end + 2),
            b"*/" => (open, end) = (open - 1, end + 2),
            _ => end += 1,
        }
        if open == 0 {
            return end;
        }
    }
    text.len()
}

/// Behind `$tag$ … $tag$`, if one begins here.
fn dollar_end(text: &str, at: usize) -> Option<usize> {
    let tag_end = at + 1 + text[at + 1..].find('$')?;
    let inner = &text[at + 1..tag_end];
    let is_tag = inner.chars().all(|c| is_name_start(c) || c.is_ascii_digit())
        && !inner.starts_with(|c: char| c.is_ascii_digit());
    if !is_tag {
        return None;
    }
    let tag = &text[at..=tag_end];
    text[tag_end + 1..].find(tag).map(|found| tag_end + 1 + found + tag.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_ends_where_its_last_part_does() {
        for (text, parts, rest) in [
            ("t WHERE", vec!["t"], " WHERE"),
            ("main.t,u", vec!["main", "t"], ",u"),
            ("\"a \"\"b\"\"\" . /* /* . */ */ t -- x\n", vec!["a \"b\"", "t"], " -- x\n"),
            ("'x''y'.ü$1)", vec!["x'y", "ü$1"], ")"),
        ] {
            let (found, end) = name(text, 0).expect("a name");
            assert_eq!(
                (found, &text[end..]),
                (parts.iter().map(|p| p.to_string()).collect(), rest)
            );
        }
        for text in ["", "1", "\"a", "(", "a.", "a.1"] {
            assert_eq!(name(text, 0), None, "{text}");
        }
    }

    #[test]
    fn unicode_spaces_between_tokens_become_plain_ones() {
        let text = "SELECT\u{A0}'\u{A0}'\u{3000}FROM\u{FEFF} \"\u{A0}\" -- \u{A0}";
        let expected = "SELECT  '\u{A0}'   FROM    \"\u{A0}\" -- \u{A0}";
        assert_eq!(with_plain_spaces(text), expected);
        assert_eq!(text.len(), expected.len());
    }

    #[test]
    fn only_semicolons_between_statements_go() {
        for (text, expected) in [
            ("a; ", "a  "),
            ("';' \";\" -- ;\n;", "';' \";\" -- ;\n "),
            ("/* ; /* ; */ ; */;", "/* ; /* ; */ ; */ "),
            ("E'\\';';x", "E'\\';' x"),
            ("$$;$$;$a$;$$;$a$;", "$$;$$ $a$;$$;$a$ "),
            ("$1;$x;", "$1 $x "),
            ("ne';';", "ne';' "),
            ("'open;", "'open;"),
        ] {
            assert_eq!(without_semicolons(text), expected);
        }
    }
}
