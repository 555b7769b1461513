use std::sync::atomic::AtomicU32;

use tokio::{sync::oneshot, time::sleep};

use super::*;

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn work_that_is_in_time_is_answered() {
    let work = async {
        sleep(SECOND / 2).await;
        left()
    };
    assert_eq!(within(SECOND, work).await, Ok(Some(SECOND / 2)));
    assert_eq!(left(), None);
}

#[tokio::test(start_paused = true)]
async fn work_whose_time_is_up_is_dropped() {
    let steps = Arc::new(AtomicU32::new(0));
    let work = async {
        for _ in 0..10 {
            sleep(SECOND).await;
            steps.fetch_add(1, Ordering::SeqCst);
        }
    };
    assert_eq!(within(SECOND * 7 / 2, work).await, Err(OutOfTime));
    sleep(SECOND * 10).await;
    assert_eq!(steps.load(Ordering::SeqCst), 3);
}

#[tokio::test(start_paused = true)]
async fn work_that_came_to_its_finish_is_answered_late() {
    let work = async {
        let done = finish(async {
            sleep(SECOND * 2).await;
            "committed"
        });
        let done = done.await;
        assert_eq!(left(), None);
        assert!(is_late());
        sleep(SECOND).await;
        done.ok()
    };
    assert_eq!(within(SECOND, work).await, Ok(Some("committed")));
}

#[tokio::test(start_paused = true)]
async fn a_finish_outlives_a_caller_that_went_away() {
    let (told, hears) = oneshot::channel();
    let commit = async move {
        sleep(SECOND).await;
        let _ = told.send(());
    };
    let call = within(SECOND * 9, finish(commit));
    assert!(tokio::time::timeout(SECOND / 2, call).await.is_err(), "the caller goes away");
    assert_eq!(hears.await, Ok(()));
}
