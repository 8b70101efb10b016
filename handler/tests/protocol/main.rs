//! The protocol that counts each visit at most once, as a model of which all states are checked.
//!
//! `docs/decisions/0016-exactly-once.md` has the protocol, and what it promises.
//!
//! * `item`: DynamoDB's part, one slot of one item; `visit`: the handler's part.
//! * `world`: three requests, the item, and a network that loses, delays and doubles.
//! * `promises`: the properties that are checked.
//! * `holds`: they hold; `breaks`: without any one rule, one of them doesn't; `rule`: these rules.

mod breaks;
mod holds;
mod item;
mod promises;
mod rule;
mod visit;
mod world;
