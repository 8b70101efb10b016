//! The number as a badge: an image, or what [shields.io] draws one from.
//!
//! Drawn here, since the crates that draw badges hold tables of fonts, which are larger than the rest
//! of the function.
//!
//! [shields.io]: https://shields.io/badges/endpoint-badge

use std::fmt::Write;
use std::str::FromStr;

use serde::Serialize;

use crate::count::Count;
use crate::event::{Event, MalformedParameter, Parameter};
use crate::setting::{NotAllowed, one_of};

/// How a badge looks.
#[derive(Clone, Debug)]
pub(crate) struct Badge {
    label: String,
    color: Color,
    style: Style,
    is_compact: bool,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Style {
    #[default]
    Flat,
    FlatSquare,
}

/// Red, green and blue.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Color([u8; 3]);

/// The [schema] of shields.io.
///
/// [schema]: https://shields.io/badges/endpoint-badge
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Endpoint<'a> {
    schema_version: u8,
    label: &'a str,
    message: &'a str,
    color: String,
    style: Style,
}

const LONGEST_LABEL: usize = 40;

/// In pixels.
const HEIGHT: u32 = 20;
const PADDING: u32 = 6;

impl Badge {
    /// The badge that a request asks for.
    pub(crate) fn of(event: &Event) -> Result<Self, MalformedParameter> {
        let label = event.parse(Parameter::Label, label)?;
        Ok(Self {
            label: label.unwrap_or_else(|| "visits".to_owned()),
            color: event
                .parse(Parameter::Color, str::parse)?
                .unwrap_or_default(),
            style: event
                .parse(Parameter::Style, str::parse)?
                .unwrap_or_default(),
            is_compact: event.parse(Parameter::Compact, switch)?.unwrap_or_default(),
        })
    }

    /// The badge that says what is wrong, where an image is expected.
    pub(crate) fn error(text: &str) -> String {
        let badge = Self {
            label: "visits".to_owned(),
            color: Color::RED,
            style: Style::Flat,
            is_compact: false,
        };
        badge.draw(text)
    }

    /// The badge as SVG.
    pub(crate) fn svg(&self, count: Count) -> String {
        self.draw(&self.message(count))
    }

    /// The badge as shields.io reads it.
    pub(crate) fn json(&self, count: Count) -> String {
        let endpoint = Endpoint {
            schema_version: 1,
            label: &self.label,
            message: &self.message(count),
            color: self.color.hex(),
            style: self.style,
        };
        serde_json::to_string(&endpoint).unwrap_or_default()
    }

    fn message(&self, count: Count) -> String {
        if self.is_compact {
            compact(count.get())
        } else {
            count.to_string()
        }
    }

    fn draw(&self, message: &str) -> String {
        let parts = [
            (self.label.as_str(), Color::LABEL, width(&self.label)),
            (message, self.color, width(message)),
        ];
        let [left, right] = parts.map(|(_, _, text)| text + 2 * PADDING);
        let all = left + right;
        let title = escaped(&format!("{}: {message}", self.label));
        let radius = match self.style {
            Style::Flat => 3,
            Style::FlatSquare => 0,
        };
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{all}\" height=\"{HEIGHT}\" role=\"img\" \
             aria-label=\"{title}\"><title>{title}</title>\
             <clipPath id=\"r\"><rect width=\"{all}\" height=\"{HEIGHT}\" rx=\"{radius}\"/></clipPath>\
             <g clip-path=\"url(#r)\" text-anchor=\"middle\" font-size=\"11\" \
             font-family=\"Verdana,Geneva,DejaVu Sans,sans-serif\">"
        );
        let mut x = 0;
        for (text, color, text_width) in parts {
            let width = text_width + 2 * PADDING;
            let middle = x + width / 2;
            // The real width of the text depends on the reader's fonts: textLength fits it in.
            let _ = write!(
                svg,
                "<rect x=\"{x}\" width=\"{width}\" height=\"{HEIGHT}\" fill=\"#{}\"/>\
                 <text x=\"{middle}\" y=\"14\" fill=\"{}\" textLength=\"{text_width}\">{}</text>",
                color.hex(),
                color.ink(),
                escaped(text),
            );
            x += width;
        }
        svg + "</g></svg>"
    }
}

/// Text as XML takes it, in an element or an attribute.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\'' => escaped += "&#39;",
            other => escaped.push(other),
        }
    }
    escaped
}

/// About the width of a text in Verdana at 11 pixels, in pixels.
fn width(text: &str) -> u32 {
    let tenths: u32 = text
        .chars()
        .map(|c| match c {
            'i' | 'j' | 'l' | 'I' | ' ' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 35,
            'f' | 'r' | 't' => 44,
            'c' | 's' | 'z' => 58,
            'm' | 'w' | 'M' | 'W' | '%' | '@' => 104,
            'A'..='Z' => 76,
            '\0'..='~' => 69,
            // Many scripts have wide characters.
            _ => 110,
        })
        .sum();
    tenths.div_ceil(10)
}

/// A large number in few characters, rounded down: 12345 is 12k.
fn compact(count: u64) -> String {
    const UNITS: [(u64, char); 5] = [
        (1_000_000_000_000_000, 'Q'),
        (1_000_000_000_000, 'T'),
        (1_000_000_000, 'B'),
        (1_000_000, 'M'),
        (1_000, 'k'),
    ];
    match UNITS.iter().find(|(unit, _)| count >= *unit) {
        None => count.to_string(),
        Some((unit, letter)) => {
            let (whole, tenth) = (count / unit, count % unit / (unit / 10));
            if whole < 10 && tenth > 0 {
                format!("{whole}.{tenth}{letter}")
            } else {
                format!("{whole}{letter}")
            }
        }
    }
}

fn label(text: &str) -> Result<String, NotAllowed> {
    // XML has no control characters, and not these two.
    let is_allowed = |c: char| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}');
    let length = text.chars().count();
    if (1..=LONGEST_LABEL).contains(&length) && text.chars().all(is_allowed) {
        Ok(text.to_owned())
    } else {
        Err(NotAllowed)
    }
}

fn switch(text: &str) -> Result<bool, NotAllowed> {
    match text {
        "" | "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(NotAllowed),
    }
}

impl FromStr for Style {
    type Err = NotAllowed;

    fn from_str(text: &str) -> Result<Self, NotAllowed> {
        match text {
            "flat" => Ok(Self::Flat),
            "flat-square" => Ok(Self::FlatSquare),
            _ => Err(NotAllowed),
        }
    }
}

impl Color {
    const BLUE: Self = Self([0x00, 0x7e, 0xc6]);
    const RED: Self = Self([0xe0, 0x5d, 0x44]);
    const LABEL: Self = Self([0x55, 0x55, 0x55]);

    /// Six hexadecimal digits.
    fn hex(self) -> String {
        let [red, green, blue] = self.0;
        format!("{red:02x}{green:02x}{blue:02x}")
    }

    /// The color of a text that can be read on this one, by its [brightness].
    ///
    /// [brightness]: https://www.w3.org/TR/AERT/#color-contrast
    fn ink(self) -> &'static str {
        let [red, green, blue] = self.0.map(u32::from);
        if red * 299 + green * 587 + blue * 114 > 150_000 {
            "#111"
        } else {
            "#fff"
        }
    }
}

impl Default for Color {
    fn default() -> Self {
        Self::BLUE
    }
}

impl FromStr for Color {
    type Err = NotAllowed;

    /// A name that shields.io knows, or 3 or 6 hexadecimal digits.
    fn from_str(text: &str) -> Result<Self, NotAllowed> {
        const NAMES: [(&str, Color); 11] = [
            ("brightgreen", Color([0x44, 0xcc, 0x11])),
            ("green", Color([0x97, 0xca, 0x00])),
            ("yellowgreen", Color([0xa4, 0xa6, 0x1d])),
            ("yellow", Color([0xdf, 0xb3, 0x17])),
            ("orange", Color([0xfe, 0x7d, 0x37])),
            ("red", Color::RED),
            ("blue", Color::BLUE),
            ("grey", Color::LABEL),
            ("gray", Color::LABEL),
            ("lightgrey", Color([0x9f, 0x9f, 0x9f])),
            ("lightgray", Color([0x9f, 0x9f, 0x9f])),
        ];
        one_of(text, &NAMES).or_else(|NotAllowed| hex(text.strip_prefix('#').unwrap_or(text)))
    }
}

fn hex(digits: &str) -> Result<Color, NotAllowed> {
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let number = u32::from_str_radix(digits, 16).map_err(|_| NotAllowed)?;
    let [_, red, green, blue] = number.to_be_bytes();
    match digits.len() {
        6 if is_hex => Ok(Color([red, green, blue])),
        // Each digit stands for two.
        3 if is_hex => Ok(Color(
            [green & 15, blue >> 4, blue & 15].map(|digit| digit * 17),
        )),
        _ => Err(NotAllowed),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_color_is_a_name_or_hexadecimal() {
        for (text, hex) in [
            ("blue", "007ec6"),
            ("BrightGreen", "44cc11"),
            ("f0a", "ff00aa"),
            ("#F0A", "ff00aa"),
            ("12ab9F", "12ab9f"),
        ] {
            assert_eq!(text.parse::<Color>().map(Color::hex).as_deref(), Ok(hex));
        }
        for text in [
            "", "#", "bluish", "ff", "ffff", "+ff", "+fffff", "gggggg", "ff00aa0",
        ] {
            assert_eq!(text.parse::<Color>(), Err(NotAllowed), "{text}");
        }
    }

    #[test]
    fn a_text_can_be_read_on_its_color() {
        for (color, ink) in [
            ("000", "#fff"),
            ("fff", "#111"),
            ("blue", "#fff"),
            ("yellow", "#111"),
        ] {
            assert_eq!(color.parse::<Color>().unwrap().ink(), ink, "{color}");
        }
    }

    #[test]
    fn a_compact_number_is_short_and_never_more_than_the_number() {
        for (count, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1k"),
            (1_999, "1.9k"),
            (12_345, "12k"),
            (999_999, "999k"),
            (1_050_000, "1M"),
            (2_500_000_000, "2.5B"),
            (9_007_199_254_740_991, "9Q"),
        ] {
            assert_eq!(compact(count), text);
        }
    }

    proptest! {
        #[test]
        fn whatever_the_label_holds_stays_text(text in "[<>&\"'a-z/ ]{1,40}") {
            let marks = |text: &str| {
                let badge = Badge {
                    label: label(text).unwrap(),
                    color: Color::BLUE,
                    style: Style::Flat,
                    is_compact: false,
                };
                let svg = badge.svg(Count::ZERO);
                ["<", ">", "\"", "'", "&"].map(|mark| svg.matches(mark).count())
            };
            let special = text.matches(['<', '>', '"', '\'', '&']).count();
            let mut plain = marks("a");
            // Once each in the attribute, in the title and in the text.
            plain[4] += 3 * special;
            prop_assert_eq!(marks(&text), plain);
        }
    }
}
