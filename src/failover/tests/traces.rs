//! 1,000 seeded traces through the detector. What is expected comes from the fault that was injected,
//! never from what the detector says. `cargo test traces -- --nocapture` prints the table.
//!
//! Three vantage points look by IMAP and LMTP every ten seconds; two must agree. Each trace is a fault
//! at a random time in a world in which single looks fail now and then.

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::*;
use super::outage;
use crate::clock::Timestamp;

const TRACES: u64 = 1000;
const SEED: u64 = 0x5eed_0005;
/// A hard outage is confirmed within this.
const CONFIRMED_WITHIN: i64 = 120;
const VANTAGES: [&str; 3] = ["lifeboat", "mx1", "mx2"];
const INTERVAL: i64 = 10;
/// A look that hangs ends after this.
const TIMEOUT: i64 = 10;
/// How long is looked after the fault began.
const WATCHED: i64 = 420;

/// A generator that is the same everywhere (SplitMix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn between(&mut self, from: i64, to: i64) -> i64 {
        let span = u64::try_from(to - from + 1).unwrap();
        from + i64::try_from(self.next() % span).unwrap()
    }

    fn percent(&mut self, percent: i64) -> bool {
        self.between(1, 100) <= percent
    }
}

/// What is injected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    /// Nothing but single failed looks.
    Noise,
    /// It dies and stays dead.
    Hard,
    /// More and more looks fail, from none to all.
    Slow { over: i64 },
    /// Down and up again.
    Flapping { down: i64, up: i64 },
    /// Cut off from all vantage points, whose control targets answer.
    Partition { lasts: i64 },
    /// One vantage point has lost its way to the mailstore, and only to it.
    OneBlind { who: usize },
    /// The same, and then the mailstore dies.
    OneBlindAndHard { who: usize },
    /// Nobody reaches anything, control targets neither; agents may still be heard.
    Nothing { heard: bool },
    /// Its clock jumps while all is well.
    ClockJump { by: i64 },
    /// Its clock jumps while it is dead.
    ClockJumpAndHard { by: i64 },
}

/// What must follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    Never,
    /// Within so many seconds after the fault began, and not before it.
    Within(i64),
    /// Whatever it decides: once at most.
    OnceAtMost,
}

impl Fault {
    fn draw(dice: &mut Dice) -> Self {
        let who = usize::try_from(dice.between(0, 2)).unwrap();
        let by =
            [86_400, -86_400, 3600, -3600, 40, -40][usize::try_from(dice.between(0, 5)).unwrap()];
        match dice.between(0, 9) {
            0 => Self::Noise,
            1 => Self::Hard,
            2 => Self::Slow {
                over: dice.between(30, 200),
            },
            3 => Self::Flapping {
                down: dice.between(5, 120),
                up: dice.between(5, 120),
            },
            4 => Self::Partition {
                lasts: dice.between(5, 43),
            },
            5 => Self::OneBlind { who },
            6 => Self::OneBlindAndHard { who },
            7 => Self::Nothing {
                heard: dice.percent(50),
            },
            8 => Self::ClockJump { by },
            _ => Self::ClockJumpAndHard { by },
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Noise => "all is well, single looks fail",
            Self::Hard => "hard outage",
            Self::Slow { .. } => "slow death",
            Self::Flapping { .. } => "flapping, 5 to 120 s",
            Self::Partition { .. } => "partition, up to 43 s",
            Self::OneBlind { .. } => "one vantage point blind",
            Self::OneBlindAndHard { .. } => "one blind, then hard outage",
            Self::Nothing { .. } => "everything unreachable",
            Self::ClockJump { .. } => "clock jumps, all is well",
            Self::ClockJumpAndHard { .. } => "clock jumps in a hard outage",
        }
    }

    fn expected(self) -> Expected {
        match self {
            Self::Noise
            | Self::Partition { .. }
            | Self::OneBlind { .. }
            | Self::Nothing { .. }
            | Self::ClockJump { .. } => Expected::Never,
            Self::Hard | Self::OneBlindAndHard { .. } => Expected::Within(CONFIRMED_WITHIN),
            // From when all looks fail.
            Self::Slow { over } => Expected::Within(over + CONFIRMED_WITHIN),
            // The counting starts again at the jump.
            Self::ClockJumpAndHard { .. } => Expected::Within(JUMP_AFTER + CONFIRMED_WITHIN),
            Self::Flapping { .. } => Expected::OnceAtMost,
        }
    }
}

/// The clock jumps so long after the mailstore died.
const JUMP_AFTER: i64 = 45;

/// What one look from one place at one time finds in the world.
#[derive(Clone, Copy, PartialEq, Eq)]
enum World {
    Works,
    Refuses,
    Hangs,
    /// The looker reaches nothing at all.
    Nothing,
}

struct Trace {
    fault: Fault,
    /// Seconds at which it begins.
    from: i64,
    hangs: bool,
    noise_percent: i64,
}

impl Trace {
    fn world(&self, vantage: usize, at: i64, dice: &mut Dice) -> World {
        let since = at - self.from;
        let down = if self.hangs {
            World::Hangs
        } else {
            World::Refuses
        };
        let broken = match self.fault {
            _ if since < 0 => false,
            Fault::Hard | Fault::ClockJumpAndHard { .. } => true,
            Fault::Slow { over } => dice.percent((since * 100 / over).min(100)),
            Fault::Flapping { down, up } => since % (down + up) < down,
            Fault::Partition { lasts } => since < lasts,
            Fault::OneBlind { who } => who == vantage,
            Fault::OneBlindAndHard { who } => who == vantage || since >= 0,
            Fault::Nothing { .. } => return World::Nothing,
            Fault::Noise | Fault::ClockJump { .. } => false,
        };
        match broken {
            true => down,
            false if dice.percent(self.noise_percent) => World::Refuses,
            false => World::Works,
        }
    }

    /// What the server's clock shows at a second of the trace.
    fn clock(&self, at: i64) -> Timestamp {
        let (by, after) = match self.fault {
            Fault::ClockJump { by } => (by, 30),
            Fault::ClockJumpAndHard { by } => (by, JUMP_AFTER),
            _ => (0, 0),
        };
        let jumped = if at >= self.from + after { by } else { 0 };
        Timestamp::from_secs(1_000_000 + at + jumped)
    }
}

/// What is wrong with a detector, to see that the traces find it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sabotage {
    None,
    /// It does not wait.
    NoConfirmation,
    /// Any vantage point is enough.
    NoQuorum,
    /// It takes "unknown" for "down".
    UnknownIsDown,
    /// It never acts.
    Asleep,
    /// It waits too long.
    Slow,
    /// It takes one failed look for a failing probe and recovers at once.
    Nervous,
}

fn settings(sabotage: Sabotage) -> Settings {
    let secs = Duration::from_secs;
    let sound = Settings {
        quorum: 2,
        observation_stale: secs(70),
        ..Settings::default()
    };
    match sabotage {
        Sabotage::None | Sabotage::UnknownIsDown => sound,
        Sabotage::NoConfirmation => Settings {
            confirm: Duration::ZERO,
            ..sound
        },
        Sabotage::NoQuorum => Settings { quorum: 1, ..sound },
        Sabotage::Asleep => Settings {
            policy: Policy::Manual,
            ..sound
        },
        Sabotage::Slow => Settings {
            confirm: secs(110),
            ..sound
        },
        Sabotage::Nervous => Settings {
            failures: 1,
            confirm: secs(5),
            ..sound
        },
    }
}

/// When it was activated, in seconds of the trace.
fn play(trace: &Trace, sabotage: Sabotage, dice: &mut Dice) -> Vec<i64> {
    let settings = settings(sabotage);
    let mut state = State::default();
    let mut activated = Vec::new();
    // (when the look ends, vantage, probe, what was found)
    let mut due: Vec<(i64, usize, ProbeKind, World)> = Vec::new();
    let mut next: BTreeMap<(usize, ProbeKind), i64> = BTreeMap::new();
    for vantage in 0..VANTAGES.len() {
        for probe in [ProbeKind::Imap, ProbeKind::Lmtp] {
            next.insert((vantage, probe), dice.between(0, INTERVAL - 1));
        }
    }
    let mut apply = |state: &mut State, event: Event, at: i64| {
        let around = Surroundings {
            settings: &settings,
            automatic_elsewhere: 0,
            share: Share::default(),
            new_outage: outage(1),
        };
        let (after, actions) = step(std::mem::take(state), event, &around, trace.clock(at));
        *state = after;
        let is_activation = |action: &&Action| {
            matches!(action, Action::Record(decision)
                if matches!(decision.verb, Verb::Activated { .. } | Verb::Relapsed { .. }))
        };
        activated.extend(actions.iter().filter(is_activation).map(|_| at));
    };
    for at in 0..trace.from + WATCHED {
        for ((vantage, probe), begins) in &mut next {
            if *begins != at {
                continue;
            }
            let world = trace.world(*vantage, at, dice);
            let takes = if world == World::Hangs { TIMEOUT } else { 0 };
            due.push((at + takes, *vantage, *probe, world));
            // The next look waits for this one.
            *begins = at + takes.max(INTERVAL);
        }
        let mut later = Vec::new();
        for (ends, vantage, probe, world) in due.drain(..) {
            if ends > at {
                later.push((ends, vantage, probe, world));
                continue;
            }
            let is_lost = trace.fault == Fault::Nothing { heard: false };
            if is_lost && world == World::Nothing && vantage != 0 {
                continue;
            }
            // Reports of agents take a moment.
            let age = if vantage == 0 { 0 } else { dice.between(0, 2) };
            let seen = observation(vantage, probe, world, age, sabotage);
            apply(&mut state, Event::Observed(seen), at);
        }
        due = later;
        if at % 10 == 0 {
            apply(&mut state, Event::Tick, at);
        }
    }
    activated
}

fn observation(
    vantage: usize,
    probe: ProbeKind,
    world: World,
    age: i64,
    sabotage: Sabotage,
) -> Observation {
    let outcome = match world {
        World::Works => Outcome::Up,
        World::Refuses => Outcome::Down("connection refused".into()),
        World::Hangs => Outcome::Down("no answer within 10 s".into()),
        World::Nothing if sabotage == Sabotage::UnknownIsDown => {
            Outcome::Down("unreachable".into())
        }
        World::Nothing => Outcome::Unknown("no control target answers either".into()),
    };
    let sentinel = match (vantage, probe, &outcome) {
        (0, ProbeKind::Imap, Outcome::Up) => SentinelLook::Seen(GuardVerdict::Intact),
        (0, ProbeKind::Imap, _) => SentinelLook::Unseen,
        _ => SentinelLook::Elsewhere,
    };
    Observation {
        vantage: VANTAGES[vantage].to_owned(),
        probe,
        outcome,
        took: Duration::from_millis(20),
        age: Duration::from_secs(u64::try_from(age).unwrap()),
        sentinel,
    }
}

/// What became of the traces of one fault.
#[derive(Default)]
struct Row {
    traces: u32,
    right: u32,
    /// Activated where nothing was broken, or before it was.
    wrongly: u32,
    /// Not activated in time.
    missed: u32,
    seconds: Vec<i64>,
}

impl Row {
    fn note(&mut self, fault: Fault, from: i64, activated: &[i64]) {
        self.traces += 1;
        let after = activated.first().map(|at| at - from);
        let (wrongly, missed) = match (fault.expected(), after) {
            (Expected::Never, after) => (after.is_some(), false),
            (Expected::Within(_), None) => (false, true),
            (Expected::Within(most), Some(after)) => (after < 0, after > most),
            (Expected::OnceAtMost, _) => (activated.len() > 1, false),
        };
        self.wrongly += u32::from(wrongly);
        self.missed += u32::from(missed);
        self.right += u32::from(!wrongly && !missed);
        self.seconds.extend(after);
    }

    fn quantile(&self, percent: usize) -> String {
        let mut sorted = self.seconds.clone();
        sorted.sort_unstable();
        let at = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
        sorted
            .get(at)
            .map_or_else(|| "-".to_owned(), |s| format!("{s} s"))
    }
}

fn run(traces: u64, sabotage: Sabotage) -> BTreeMap<&'static str, Row> {
    let mut table: BTreeMap<&'static str, Row> = BTreeMap::new();
    for n in 0..traces {
        let mut dice = Dice(SEED ^ (n << 20));
        let fault = Fault::draw(&mut dice);
        let trace = Trace {
            fault,
            from: dice.between(60, 180),
            hangs: dice.percent(50),
            noise_percent: dice.between(0, 4),
        };
        let activated = play(&trace, sabotage, &mut dice);
        table
            .entry(fault.name())
            .or_default()
            .note(fault, trace.from, &activated);
    }
    table
}

fn wrong(table: &BTreeMap<&'static str, Row>) -> (u32, u32) {
    let sum = |count: fn(&Row) -> u32| table.values().map(count).sum();
    (sum(|row| row.wrongly), sum(|row| row.missed))
}

#[test]
fn a_thousand_seeded_traces_are_judged_as_they_were_made() {
    let table = run(TRACES, Sabotage::None);
    println!(
        "{:<32} {:>6} {:>9} {:>6} {:>6} {:>7} {:>7}",
        "fault", "traces", "activated", "false", "missed", "p50", "p99"
    );
    for (name, row) in &table {
        println!(
            "{name:<32} {:>6} {:>9} {:>6} {:>6} {:>7} {:>7}",
            row.traces,
            row.seconds.len(),
            row.wrongly,
            row.missed,
            row.quantile(50),
            row.quantile(99)
        );
    }
    assert_eq!(table.len(), 10, "every fault occurs");
    assert!(table.values().all(|row| row.traces >= 50));
    assert_eq!(table.values().map(|row| row.traces).sum::<u32>(), 1000);
    assert_eq!(wrong(&table), (0, 0), "(false activations, missed outages)");
}

#[test]
fn traces_find_a_detector_that_is_wrong() {
    for (sabotage, falsely, misses) in [
        (Sabotage::NoConfirmation, true, false),
        (Sabotage::NoQuorum, true, false),
        (Sabotage::UnknownIsDown, true, false),
        (Sabotage::Nervous, true, false),
        (Sabotage::Asleep, false, true),
        (Sabotage::Slow, false, true),
    ] {
        let (false_activations, missed) = wrong(&run(120, sabotage));
        assert_eq!(false_activations > 0, falsely, "{sabotage:?}");
        assert_eq!(missed > 0, misses, "{sabotage:?}");
    }
}
