//! The pages that have a number of their own.

use std::fmt;
use std::fmt::Write;
use std::str::FromStr;

use percent_encoding::percent_decode_str;
use serde::Serialize;

use crate::setting::{NotAllowed, Setting};

/// Longest path, in bytes: a page's item stays within one write unit.
const LONGEST_PATH: usize = 100;

/// Most patterns of a setting.
const MOST_PATTERNS: usize = 20;

/// Path of a page, in one form for all ways to write it: without a slash at its end, and with
/// nothing percent-encoded that needn't be.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(transparent)]
pub struct PagePath(String);

/// The pages that have a number of their own, by patterns. Off without any.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Pages(Vec<Pattern>);

#[derive(Clone, Debug, Eq, PartialEq)]
enum Pattern {
    Page(PagePath),
    /// All pages below this path. Empty for the whole site.
    Below(String),
}

impl Pages {
    /// Whether any page has a number of its own.
    pub(crate) fn are_on(&self) -> bool {
        !self.0.is_empty()
    }

    /// Reads the path of a page that has a number of its own.
    ///
    /// # Errors
    ///
    /// It is no path, or that of another page.
    pub fn read(&self, text: &str) -> Result<PagePath, NotAllowed> {
        let path: PagePath = text.parse()?;
        let is_counted = self.0.iter().any(|pattern| pattern.matches(&path));
        is_counted.then_some(path).ok_or(NotAllowed)
    }
}

impl Pattern {
    fn matches(&self, path: &PagePath) -> bool {
        match self {
            Self::Page(page) => page == path,
            Self::Below(above) => {
                let below = path.0.strip_prefix(above.as_str());
                below.is_some_and(|below| below.starts_with('/'))
            }
        }
    }
}

impl FromStr for PagePath {
    type Err = NotAllowed;

    /// Accepts what browsers call a page's `pathname`, encoded or not.
    fn from_str(text: &str) -> Result<Self, NotAllowed> {
        let mut path = String::new();
        for segment in text.trim_end_matches('/').split('/').skip(1) {
            path.push('/');
            let decoded = percent_decode_str(segment).decode_utf8();
            for c in decoded.map_err(|_| NotAllowed)?.chars() {
                write_encoded(&mut path, c).map_err(|_| NotAllowed)?;
            }
        }
        if path.is_empty() {
            path.push('/');
        }
        if text.starts_with('/') && !text.contains(['?', '#']) && path.len() <= LONGEST_PATH {
            Ok(Self(path))
        } else {
            Err(NotAllowed)
        }
    }
}

/// Writes a character as a part of a path's segment. Letters of all languages stay readable.
fn write_encoded(path: &mut String, c: char) -> fmt::Result {
    if c.is_alphanumeric() || "-._~".contains(c) {
        return path.write_char(c);
    }
    let mut bytes = [0; 4];
    for byte in c.encode_utf8(&mut bytes).bytes() {
        write!(path, "%{byte:02X}")?;
    }
    Ok(())
}

impl fmt::Display for PagePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Setting for Pages {
    const ALLOWED: &str = "at most 20 comma-separated paths such as / or /about, or /blog/* for all \
                           paths below";
}

impl FromStr for Pages {
    type Err = NotAllowed;

    fn from_str(text: &str) -> Result<Self, NotAllowed> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let patterns: Vec<_> = text
            .split(',')
            .map(|pattern| pattern.trim().parse())
            .collect::<Result<_, _>>()?;
        if patterns.len() > MOST_PATTERNS {
            return Err(NotAllowed);
        }
        Ok(Self(patterns))
    }
}

impl FromStr for Pattern {
    type Err = NotAllowed;

    fn from_str(text: &str) -> Result<Self, NotAllowed> {
        let (path, is_below) = match text.strip_suffix("/*") {
            Some(above) => (above, true),
            None => (text, false),
        };
        // A star elsewhere looks like a pattern, and would only be a character.
        if path.contains('*') {
            return Err(NotAllowed);
        }
        match (path, is_below) {
            ("", true) => Ok(Self::Below(String::new())),
            (_, true) => Ok(Self::Below(path.parse::<PagePath>()?.0)),
            (_, false) => path.parse().map(Self::Page),
        }
    }
}

impl fmt::Display for Pages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let patterns: Vec<_> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&patterns.join(","))
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Page(path) => path.fmt(f),
            Self::Below(above) => write!(f, "{above}/*"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Option<String> {
        text.parse::<PagePath>().ok().map(|path| path.to_string())
    }

    #[test]
    fn a_path_has_one_form() {
        for (texts, form) in [
            (&["/", "//", "///"][..], "/"),
            (&["/blog", "/blog/", "/%62log"], "/blog"),
            (&["/caf\u{e9}", "/caf%C3%A9", "/caf%c3%a9/"], "/caf\u{e9}"),
            (&["/a b", "/a%20b"], "/a%20b"),
            (&["/a,b", "/a%2cb"], "/a%2Cb"),
            (&["/a%2Fb", "/a%2fb"], "/a%2Fb"),
            (&["/100%", "/100%25"], "/100%25"),
            (&["/a\u{202e}b"], "/a%E2%80%AEb"),
            (&["/a//b"], "/a//b"),
        ] {
            for text in texts {
                assert_eq!(read(text).as_deref(), Some(form), "{text}");
            }
        }
    }

    #[test]
    fn what_is_no_path_of_a_page_is_not_read() {
        let longest = format!("/{}", "x".repeat(99));
        assert_eq!(read(&longest).as_ref(), Some(&longest));
        for text in [
            "",
            "blog",
            "/blog?a=b",
            "/blog#a",
            "/%ff",
            &format!("{longest}x"),
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_pattern_allows_one_page_or_all_below() {
        let pages: Pages = "/, /about/,/blog/*,/caf%C3%A9".parse().unwrap();
        for allowed in [
            "/",
            "/about",
            "/about/",
            "/blog/a",
            "/blog/a/b",
            "/caf\u{e9}",
        ] {
            assert!(pages.read(allowed).is_ok(), "{allowed}");
        }
        for refused in ["/blog", "/blog/", "/blogs/a", "/about/a", "/x", "blog/a"] {
            assert_eq!(pages.read(refused), Err(NotAllowed), "{refused}");
        }
        let all: Pages = "/*".parse().unwrap();
        assert!(all.read("/").is_ok() && all.read("/a/b").is_ok());
        assert_eq!(pages.to_string(), "/,/about,/blog/*,/caf\u{e9}");
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        let many = vec!["/a"; 21].join(",");
        for text in ["/*/a", "/a*", "*", "a", "/a,,/b", "/a?b", &many] {
            assert_eq!(text.parse::<Pages>(), Err(NotAllowed), "{text}");
        }
        assert!(!"".parse::<Pages>().unwrap().are_on());
    }

    proptest! {
        #[test]
        fn a_form_is_its_own_form(text in "/[ -~é%]{0,30}") {
            if let Some(form) = read(&text) {
                prop_assert_eq!(read(&form), Some(form));
            }
        }
    }
}
