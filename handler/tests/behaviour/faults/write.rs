//! A visit's write on its way to DynamoDB, and DynamoDB's answer.

use std::fmt;

use serde_json::Value;

/// A write.
#[derive(Clone, Eq, PartialEq)]
pub(super) struct Write {
    /// The visit that sent it, or none if another instance of the function did.
    pub(super) visit: Option<usize>,
    pub(super) slot: char,
    pub(super) token: String,
}

/// What DynamoDB did with a write.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Outcome {
    /// Applied it, and so this is the number of visits.
    Stored(u64),
    /// Its condition failed, since the slot has this token, whose visit got this number.
    Refused { holder: String, number: u64 },
    /// Something that it shouldn't do.
    Other(String),
}

impl Write {
    /// Reads a request, if it is a write.
    pub(super) fn read(request: &[u8], visit: usize) -> Option<Self> {
        let body = body(request);
        let token = body["ExpressionAttributeValues"][":token"]["S"].as_str()?;
        let (before, _) = body["UpdateExpression"].as_str()?.split_once(" = :token")?;
        Some(Self {
            visit: Some(visit),
            slot: before.chars().next_back()?,
            token: token.to_owned(),
        })
    }

    /// The view's part of the token.
    pub(super) fn view(&self) -> &str {
        view(&self.token)
    }
}

impl Outcome {
    /// Reads the answer to a write.
    pub(super) fn read(answer: &[u8], write: &Write) -> Self {
        let body = body(answer);
        let [token, count] = ["v", "c"].map(|name| format!("{name}{}", write.slot));
        let text = |item: &Value, name: &str| item[name]["S"].as_str().map(str::to_owned);
        let number = |item: &Value, name: &str| item[name]["N"].as_str()?.parse::<u64>().ok();

        let (new, old) = (&body["Attributes"], &body["Item"]);
        let stored = number(new, "visits").filter(|_| {
            text(new, &token).as_ref() == Some(&write.token)
                && number(new, &count) == number(new, "visits")
        });
        if let Some(stored) = stored {
            return Self::Stored(stored);
        }
        match (text(old, &token), number(old, &count)) {
            (Some(holder), Some(number)) => Self::Refused { holder, number },
            _ => Self::Other(body.to_string()),
        }
    }
}

impl fmt::Debug for Write {
    /// One line, even in the alternate form.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.visit {
            Some(visit) => write!(f, "{} of visit {visit}", self.token),
            None => write!(f, "{} of a rival", self.token),
        }
    }
}

/// The view's part of a token.
pub(super) fn view(token: &str) -> &str {
    token.split_once('.').unwrap().1
}

fn body(message: &[u8]) -> Value {
    let text = str::from_utf8(message).unwrap();
    let (_, body) = text.split_once("\r\n\r\n").unwrap();
    serde_json::from_str(body).unwrap()
}
