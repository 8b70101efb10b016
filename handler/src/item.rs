//! The items that hold the number of visits, those of each day, and the last visit of each slot.
//!
//! All attributes are at the top: DynamoDB can't create a map and write into it in one request. The
//! longest item is below 1,024 bytes, so that a write is billed as one unit.

use std::collections::HashMap;
use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;
use thiserror::Error;

use crate::count::{Count, StartCount};
use crate::day::Day;
use crate::page::PagePath;
use crate::token::Token;

/// Partition key of the table.
pub const KEY: &str = "id";

/// Whose visits an item counts.
#[derive(Clone, Debug)]
pub(crate) enum Subject {
    /// All visits.
    Site,
    /// The visits of one page.
    Page(PagePath),
}

/// Attribute that holds the number of visits.
pub(crate) const VISITS: &str = "visits";

/// Raises the number of visits, and keeps beside the visit's token which number it got.
///
/// `v?` and `c?` stand for the slot's attributes.
const COUNT: &str = "SET visits = if_not_exists(visits, :start) + :one, v? = :token, \
                     c? = if_not_exists(visits, :start) + :one";

/// True where the number can be raised, and the slot holds no visit of this view, and none that is
/// later. DynamoDB itself would increment 1e30 or -3 without an error.
const IF_NOT_COUNTED: &str = "(attribute_not_exists(visits) OR visits BETWEEN :zero AND :max) AND \
     (attribute_not_exists(v?) OR (v? < :token AND NOT contains(v?, :view)))";

/// A write that counts a visit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Write {
    pub(crate) token: Token,
    /// The day that the visit is counted for, where days are kept.
    pub(crate) day: Option<Day>,
}

/// An item, or the attributes that a write returns.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Item<'a>(pub(crate) &'a HashMap<String, AttributeValue>);

/// An attribute that doesn't hold what it should.
#[derive(Clone, Debug, Error)]
#[error("the attribute {attribute} holds no {expected}: {value:?}")]
pub(crate) struct NotUsable {
    attribute: String,
    expected: &'static str,
    value: Option<AttributeValue>,
}

impl fmt::Display for Subject {
    /// The value of the item's [`KEY`].
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Site => f.write_str("site"),
            Self::Page(path) => write!(f, "page:{path}"),
        }
    }
}

impl Write {
    /// What the write does.
    pub(crate) fn update(self) -> String {
        let update = self.for_slot(COUNT);
        match self.day.map(Day::attribute) {
            Some(day) => format!("{update}, {day} = if_not_exists({day}, :zero) + :one"),
            None => update,
        }
    }

    /// When it does so.
    pub(crate) fn condition(self) -> String {
        self.for_slot(IF_NOT_COUNTED)
    }

    fn for_slot(self, template: &str) -> String {
        template.replace('?', self.token.slot().encode_utf8(&mut [0; 1]))
    }
}

impl NotUsable {
    /// Whether it is a number, though not one that is expected.
    pub(crate) fn is_number(&self) -> bool {
        matches!(self.value, Some(AttributeValue::N(_)))
    }
}

impl Item<'_> {
    /// The token in the slot of another, if there is one.
    pub(crate) fn token(self, like: Token) -> Result<Option<Token>, NotUsable> {
        let attribute = format!("v{}", like.slot());
        if !self.0.contains_key(&attribute) {
            return Ok(None);
        }
        self.read(attribute, "token", |value| value.as_s().ok()?.parse().ok())
            .map(Some)
    }

    /// The number that the visit in the slot of a token got.
    pub(crate) fn number(self, token: Token) -> Result<Count, NotUsable> {
        let attribute = format!("c{}", token.slot());
        let count = |value: &AttributeValue| value.as_n().ok()?.parse().ok();
        self.read(attribute, "count", |value| {
            count(value).filter(|count| *count > Count::ZERO)
        })
    }

    /// The number of visits, if there is one.
    pub(crate) fn visits(self) -> Result<Option<Count>, NotUsable> {
        if !self.0.contains_key(VISITS) {
            return Ok(None);
        }
        let count = |value: &AttributeValue| value.as_n().ok()?.parse().ok();
        self.read(VISITS.to_owned(), "count", count).map(Some)
    }

    /// The number of visits of a day. One that isn't usable counts as none.
    pub(crate) fn visits_of(self, day: Day) -> Count {
        let visits = self.0.get(&day.attribute());
        let count = visits.and_then(|visits| visits.as_n().ok()?.parse().ok());
        count.unwrap_or(Count::ZERO)
    }

    /// All days that the item has an attribute for.
    pub(crate) fn days(self) -> impl Iterator<Item = Day> {
        self.0.keys().filter_map(|name| Day::of_attribute(name))
    }

    /// Whether the number of visits is missing or one that can be raised.
    pub(crate) fn can_be_raised(self) -> Result<(), NotUsable> {
        if !self.0.contains_key(VISITS) {
            return Ok(());
        }
        let visits = |value: &AttributeValue| value.as_n().ok()?.parse::<StartCount>().ok();
        self.read(VISITS.to_owned(), "count that can be raised", visits)
            .map(drop)
    }

    fn read<T>(
        self,
        attribute: String,
        expected: &'static str,
        read: impl FnOnce(&AttributeValue) -> Option<T>,
    ) -> Result<T, NotUsable> {
        let value = self.0.get(&attribute);
        value.and_then(read).ok_or_else(|| NotUsable {
            value: value.cloned(),
            attribute,
            expected,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::day::HistoryDays;
    use crate::token::Time;
    use crate::view::View;

    /// Bytes of an attribute, by [DynamoDB's rules]: its name, and of a number a byte for two digits
    /// and one more.
    ///
    /// [DynamoDB's rules]: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
    fn bytes(name: &str, value: &AttributeValue) -> usize {
        let value = match value {
            AttributeValue::S(text) => text.len(),
            AttributeValue::N(digits) => digits.len().div_ceil(2) + 1,
            other => panic!("{other:?}"),
        };
        name.len() + value
    }

    /// The longest item of a subject, with all slots and a month of days taken.
    fn longest(subject: &Subject) -> usize {
        let largest = || AttributeValue::N(Count::MAX.to_string());
        let mut item = HashMap::from([
            (KEY.to_owned(), AttributeValue::S(subject.to_string())),
            (VISITS.to_owned(), largest()),
        ]);
        let tokens = (0..u64::from(u16::MAX)).map(|id| Token {
            time: Time::now(),
            view: View::of_id(u64::MAX - id),
        });
        for token in tokens {
            item.insert(
                format!("v{}", token.slot()),
                AttributeValue::S(token.to_string()),
            );
            item.insert(format!("c{}", token.slot()), largest());
        }
        assert_eq!(item.len(), 2 + 2 * 16, "all slots are taken");
        // Those that are kept, the one that has just ended, and tomorrow by another clock.
        let today = Day::of(Time::now());
        let days = HistoryDays::default().until(today).count() + 2;
        // A day has eight digits at 1,000 writes a second.
        let day = bytes(
            &today.attribute(),
            &AttributeValue::N("86400000".to_owned()),
        );
        let all: usize = item.iter().map(|(name, value)| bytes(name, value)).sum();
        all + days * day
    }

    #[test]
    fn the_longest_item_is_one_write_unit() {
        let page = format!("/{}", "x".repeat(99)).parse().unwrap();
        let longest = [Subject::Site, Subject::Page(page)].map(|subject| longest(&subject));
        assert_eq!(longest, [901, 1_002]);
        assert!(longest[1] <= 1_024);
    }

    #[test]
    fn an_expression_names_the_attributes_of_one_slot_and_of_one_day() {
        let day = Day::of(Time::now());
        let write = Write {
            token: Token {
                time: Time::now(),
                view: View::of_id(0xa),
            },
            day: Some(day),
        };
        for expression in [write.update(), write.condition()] {
            assert!(
                expression.contains("va") && !expression.contains('?'),
                "{expression}"
            );
        }
        assert!(write.update().contains(&day.attribute()));
    }

    #[test]
    fn only_attributes_of_days_are_days() {
        let number = || AttributeValue::N("1".to_owned());
        let item = ["id", "visits", "v0", "cd", "d20782", "d", "dx"];
        let item = item.map(|name| (name.to_owned(), number())).into();
        let days: Vec<_> = Item(&item).days().map(Day::attribute).collect();
        assert_eq!(days, ["d20782"]);
    }
}
