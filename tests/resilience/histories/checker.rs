//! Searches for an order of the calls of a history that explains all decisions (after Wing and Gong).

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    fmt::{self, Write as _},
    time::Duration,
};

use super::model::{Change, Check, Facts, History, Interval, Mutation, Outcome, Seen, State};

/// The violations in each state of the facts.
pub type Expected = BTreeMap<Facts, BTreeSet<String>>;

/// A call that takes effect at one instant of its interval.
struct Event<'a> {
    interval: Interval,
    effect: Effect<'a>,
}

enum Effect<'a> {
    Change(&'a Change),
    /// A change that may never happen.
    PerhapsChange(&'a Change),
    Decision(&'a Seen),
}

struct Search<'a> {
    events: Vec<Event<'a>>,
    expected: &'a Expected,
    /// Sets of events, as bits, that no order of the other events completes. The state after events does
    /// not depend on their order, because one sequence of calls makes all changes of a fact.
    failed: HashSet<u64>,
}

impl History {
    /// Whether one order of all calls explains all decisions: each call takes effect at one instant
    /// between its start and its end, and each decision is that of the state at its instant.
    pub fn is_explained(&self, expected: &Expected) -> bool {
        self.explains(&self.checks, expected)
    }

    fn explains(&self, checks: &[Check], expected: &Expected) -> bool {
        let mutations = self.mutations.iter().filter_map(Mutation::event);
        let events = mutations.chain(checks.iter().filter_map(Check::event)).collect();
        Search { events, expected, failed: HashSet::new() }.completes(0, &self.before)
    }
}

impl Mutation {
    fn event(&self) -> Option<Event<'_>> {
        let Self { interval, change, .. } = self;
        match self.outcome {
            Outcome::Applied => Some(Event { interval: *interval, effect: Effect::Change(change) }),
            Outcome::Unknown => {
                let interval = Interval { end: Duration::MAX, ..*interval };
                Some(Event { interval, effect: Effect::PerhapsChange(change) })
            }
            Outcome::Refused => None,
        }
    }
}

impl Check {
    fn event(&self) -> Option<Event<'_>> {
        let seen = self.seen.as_ref()?;
        Some(Event { interval: self.interval, effect: Effect::Decision(seen) })
    }
}

impl Search<'_> {
    /// Whether the events that are not done can follow in an order that explains all decisions.
    fn completes(&mut self, done: u64, state: &State) -> bool {
        let open: Vec<_> = (0..self.events.len()).filter(|at| done & (1 << at) == 0).collect();
        let optional = |at: &usize| matches!(self.events[*at].effect, Effect::PerhapsChange(_));
        if open.iter().all(optional) {
            return true;
        }
        if self.failed.contains(&done) {
            return false;
        }
        let first_end = open.iter().map(|at| self.events[*at].interval.end).min();
        for at in open {
            let Event { interval, effect } = &self.events[at];
            // A call that began after another one ended takes effect after it.
            if first_end.is_some_and(|end| interval.start > end) {
                continue;
            }
            let next = match effect {
                Effect::Change(change) | Effect::PerhapsChange(change) => state.after(change),
                Effect::Decision(seen) if is_decision(self.expected, state, seen) => state.clone(),
                Effect::Decision(_) => continue,
            };
            if self.completes(done | 1 << at, &next) {
                return true;
            }
        }
        self.failed.insert(done);
        false
    }
}

/// Whether a fresh decision in this state has these violations and revisions.
fn is_decision(expected: &Expected, state: &State, seen: &Seen) -> bool {
    expected.get(&state.facts) == Some(&seen.violations) && state.revisions == seen.revisions
}

impl History {
    /// The calls of a history that no order explains, for an engineer.
    pub fn report(&self, expected: &Expected) -> Result<String, fmt::Error> {
        let mut calls = Vec::new();
        for it in &self.mutations {
            calls.push((
                it.interval,
                format!("{} on replica {}: {}", it.call, it.replica, it.result()),
            ));
        }
        for it in &self.checks {
            let alone = self.explains(std::slice::from_ref(it), expected);
            let alone = if alone { "" } else { "; true at no instant of the call" };
            let seen = it.seen.as_ref().map_or("failed".to_owned(), |seen| self.seen(seen));
            calls.push((it.interval, format!("check on replica {}: {seen}{alone}", it.replica)));
        }
        calls.sort_by_key(|(interval, _)| interval.start);
        let mut text = "no order of these calls explains all decisions\n".to_owned();
        writeln!(text, "  before: {}", self.before.facts)?;
        for (Interval { start, end }, call) in calls {
            let [start, end] = [start, end].map(|it| it.as_secs_f64() * 1000.0);
            writeln!(text, "  {start:7.3} to {end:7.3} ms: {call}")?;
        }
        Ok(text)
    }

    /// A decision as text, with the revisions that differ from those before the history.
    fn seen(&self, Seen { violations, revisions }: &Seen) -> String {
        let before = &self.before.revisions;
        let mut parts: Vec<_> = violations.iter().cloned().collect();
        if parts.is_empty() {
            parts.push("allowed".to_owned());
        }
        let changed = revisions.iter().filter(|(name, it)| before.get(*name) != Some(it));
        parts.extend(changed.map(|(name, revision)| format!("{name} r{revision}")));
        let missing = before.keys().filter(|name| !revisions.contains_key(*name));
        parts.extend(missing.map(|name| format!("no {name}")));
        parts.join(", ")
    }
}

impl Mutation {
    fn result(&self) -> String {
        let Change { resource, revision, .. } = &self.change;
        match (self.outcome, revision) {
            (Outcome::Applied, Some(revision)) => format!("{resource} is at r{revision}"),
            (Outcome::Applied, None) => format!("{resource} is closed"),
            (Outcome::Refused, _) => "refused".to_owned(),
            (Outcome::Unknown, _) => "outcome unknown".to_owned(),
        }
    }
}
