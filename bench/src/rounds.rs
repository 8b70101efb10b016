//! All contenders, many times.

use std::env;

use anyhow::{Context, Result};

use crate::contenders::{Contender, Transport};
use crate::dynamodb::DynamoDb;
use crate::figures::{Figures, Unit, percentile};
use crate::report;
use crate::session::Session;

const ROUNDS: usize = 40;

/// Visits of a round after the first one.
const WARM_CALLS: usize = 600;

/// The number of rounds: `ROUNDS`, or enough for stable medians.
pub(crate) fn wanted() -> Result<usize> {
    match env::var("ROUNDS") {
        Err(_) => Ok(ROUNDS),
        Ok(text) => text
            .parse()
            .ok()
            .filter(|rounds| *rounds > 0)
            .with_context(|| format!("ROUNDS is {text:?}. It must hold a whole number above 0.")),
    }
}

/// Measures all contenders once a round, in random order.
pub(crate) fn measure(rounds: usize, figures: &mut Figures) -> Result<()> {
    let dynamodb = DynamoDb::start()?;
    let all = Contender::ALL.into_iter();
    let mut order: Vec<_> = all
        .flat_map(|contender| {
            contender
                .transports()
                .iter()
                .map(move |transport| (contender, *transport))
        })
        .collect();
    let mut random = fastrand::Rng::with_seed(0);
    for round in 1..=rounds {
        report::progress(&format!("round {round} of {rounds}"));
        random.shuffle(&mut order);
        for (contender, transport) in &order {
            one(*contender, *transport, &dynamodb, figures)
                .with_context(|| format!("{} over {}", contender.name(), transport.name()))?;
        }
    }
    report::say("");
    Ok(())
}

fn one(
    contender: Contender,
    transport: Transport,
    dynamodb: &DynamoDb,
    figures: &mut Figures,
) -> Result<()> {
    let session = Session::start(contender, transport, dynamodb, &[])?;
    let warm_up = dynamodb.warm_up().unwrap_or_default();
    let first = session.call()?;
    let mut warm = (0..WARM_CALLS)
        .map(|_| session.call())
        .collect::<Result<Vec<_>>>()?;
    warm.sort_unstable();
    let peak = session.peak_memory()?;

    let mut enter = |figure: &str, unit, value| {
        let name = format!("{}.{}.{figure}", contender.name(), transport.name());
        figures.enter(&name, unit, value);
    };
    let milliseconds = |duration: std::time::Duration| duration.as_secs_f64() * 1e3;
    enter("init", Unit::Milliseconds, milliseconds(session.init));
    enter(
        "init_without_warm_up",
        Unit::Milliseconds,
        milliseconds(session.init.saturating_sub(warm_up)),
    );
    enter("first", Unit::Milliseconds, milliseconds(first));
    enter(
        "p50",
        Unit::Milliseconds,
        milliseconds(percentile(&warm, 50)),
    );
    enter(
        "p99",
        Unit::Milliseconds,
        milliseconds(percentile(&warm, 99)),
    );
    enter("memory", Unit::Megabytes, f64::from(peak) / 1e3);
    Ok(())
}
