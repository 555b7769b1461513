use std::fmt::Debug;

use serde::{Serialize, de::DeserializeOwned};
use storage::row;

/// Events written by released versions: kind, resource and content, one of each kind. Databases contain
/// such events forever, so lines are only added, never changed.
const RELEASED: &str = include_str!("../../../tests/golden/events.txt");

/// Asserts that the events of every release for a collection can be read.
///
/// # Panics
/// If one cannot, or if there is none.
pub fn assert_released_events_read<T>(collection: &str)
where
    T: DeserializeOwned + Serialize + PartialEq + Debug,
{
    let events = RELEASED.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let of_collection = events.filter(|it| it[1].rsplit('/').nth(1) == Some(collection));
    let mut count = 0;
    for event in of_collection {
        let [kind, resource, content] = event.as_slice() else {
            panic!("{event:?} is not an event")
        };
        let read: T = row::from_json(content).unwrap_or_else(|failure| {
            panic!("cannot read {kind} of {resource}; give new fields a default: {failure:?}")
        });
        let written = row::to_json(&read).expect("the value has a JSON form");
        let reread: T = row::from_json(&written).expect("the written JSON is valid");
        assert_eq!(reread, read, "{kind} of {resource}");
        count += 1;
    }
    assert!(count > 0, "tests/golden/events.txt has no event of {collection}");
}
