//! The item that holds the number of visits, and the last visit of each slot.
//!
//! All attributes are at the top: DynamoDB can't create a map and write into it in one request. The
//! longest item is below 1,024 bytes, so that a write is billed as one unit.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use thiserror::Error;

use crate::count::{Count, StartCount};
use crate::token::Token;

/// Partition key of the table.
pub const KEY: &str = "id";

/// Value of the [`KEY`] of the one item.
pub(crate) const ITEM_ID: &str = "site";

/// Attribute that holds the number of visits.
pub(crate) const VISITS: &str = "visits";

/// Raises the number of visits, and keeps beside the visit's token which number it got.
///
/// `v?` and `c?` stand for the slot's attributes.
pub(crate) const COUNT: &str = "SET visits = if_not_exists(visits, :start) + :one, v? = :token, \
                                c? = if_not_exists(visits, :start) + :one";

/// True where the number can be raised, and the slot holds no visit of this view, and none that is
/// later. DynamoDB itself would increment 1e30 or -3 without an error.
pub(crate) const IF_NOT_COUNTED: &str = "(attribute_not_exists(visits) OR visits BETWEEN :zero AND :max) AND \
     (attribute_not_exists(v?) OR (v? < :token AND NOT contains(v?, :view)))";

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

/// An expression, for the slot of a token.
pub(crate) fn expression(template: &str, token: Token) -> String {
    template.replace('?', token.slot().encode_utf8(&mut [0; 1]))
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
        self.read(attribute, "count", |value| value.as_n().ok()?.parse().ok())
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

    #[test]
    fn the_longest_item_is_one_write_unit_with_room_for_a_month_of_days() {
        let largest = || AttributeValue::N(Count::MAX.to_string());
        let mut item = HashMap::from([
            (KEY.to_owned(), AttributeValue::S(ITEM_ID.to_owned())),
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
        // A day has five digits since 1970, and eight digits at 1,000 writes a second.
        let day = bytes("d20782", &AttributeValue::N("86400000".to_owned()));
        let longest: usize = item.iter().map(|(name, value)| bytes(name, value)).sum();
        assert_eq!((longest, longest + 32 * day), (549, 901));
    }

    #[test]
    fn an_expression_names_the_attributes_of_one_slot() {
        let token = Token {
            time: Time::now(),
            view: View::of_id(0xa),
        };
        for template in [COUNT, IF_NOT_COUNTED] {
            let expression = expression(template, token);
            assert!(
                expression.contains("va") && !expression.contains('?'),
                "{expression}"
            );
        }
    }
}
