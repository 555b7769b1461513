use std::fmt::Debug;

use serde::{Serialize, de::DeserializeOwned};
use storage::row;

/// Events as releases have written them: kind, resource and content, one of each kind. Databases hold
/// such events for ever, so that lines are added here and never changed.
const RELEASED: &str = include_str!("../../../tests/golden/events.txt");

/// Makes sure that the resources of a collection are read from the events of every release.
///
/// # Panics
/// When one is not, or there is none.
pub fn assert_released_events_read<T>(collection: &str)
where
    T: DeserializeOwned + Serialize + PartialEq + Debug,
{
    let events = RELEASED.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let of_collection = events.filter(|it| it[1].rsplit('/').nth(1) == Some(collection));
    let mut count = 0;
    for event in of_collection {
        let [kind, resource, content] = event.as_slice() else { panic!("{event:?} is no event") };
        let read: T = row::from_json(content).unwrap_or_else(|failure| {
            panic!("{kind} of {resource} is not read; give what is new a default: {failure:?}")
        });
        let written = row::to_json(&read).expect("what was read has a JSON form");
        let again: T = row::from_json(&written).expect("what is written is read");
        assert_eq!(again, read, "{kind} of {resource}");
        count += 1;
    }
    assert!(count > 0, "tests/golden/events.txt has no event of {collection}");
}
