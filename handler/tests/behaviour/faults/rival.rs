//! A visit that another instance of the function counts in the same slot.

use super::write::Write;

/// The time of a rival's token.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Rival {
    /// The same, to the millisecond.
    AtOnce,
    /// Up to hours later: a clock that is wrong.
    Ahead,
}

impl Rival {
    /// Makes the rival's request from that of a visit. No two rivals with different numbers are for
    /// the same view.
    pub(super) fn request(self, request: &[u8], write: &Write, number: usize) -> (Vec<u8>, Write) {
        let (time, view) = write.token.split_once('.').unwrap();
        let time = match self {
            Self::AtOnce => time.to_owned(),
            Self::Ahead => format!("{}zzzz", &time[..4]),
        };
        // The last digit is the slot's.
        let view = format!("{}{number:06}{}", &view[..1], &view[7..]);
        let rival = Write {
            visit: None,
            slot: write.slot,
            token: format!("{time}.{view}"),
        };
        // Tokens have one length, so the request's head stays right.
        let request = str::from_utf8(request).unwrap();
        let request = request
            .replace(&write.token, &rival.token)
            .replace(&format!(".{}", write.view()), &format!(".{view}"));
        (request.into_bytes(), rival)
    }
}
