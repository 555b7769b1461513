use std::sync::atomic::AtomicU32;

use tokio::{sync::oneshot, time::sleep};

use super::*;

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn work_in_time_returns_its_result() {
    let work = async {
        sleep(SECOND / 2).await;
        left()
    };
    assert_eq!(within(SECOND, work).await, Ok(Some(SECOND / 2)));
    assert_eq!(left(), None);
}

#[tokio::test(start_paused = true)]
async fn work_past_its_deadline_is_cancelled() {
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
async fn work_that_reached_its_finish_returns_its_result_late() {
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
async fn a_finish_completes_after_its_call_is_cancelled() {
    let (sender, receiver) = oneshot::channel();
    let commit = async move {
        sleep(SECOND).await;
        let _ = sender.send(());
    };
    let call = within(SECOND * 9, finish(commit));
    assert!(tokio::time::timeout(SECOND / 2, call).await.is_err(), "the call is cancelled");
    assert_eq!(receiver.await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn the_deadline_applies_after_others_did_not_do_the_work() {
    for (done, expected) in [(true, Ok(None)), (false, Err(OutOfTime))] {
        let work = async {
            complete(sleep(SECOND * 2), |()| done).await;
            let left = left();
            sleep(SECOND).await;
            left
        };
        assert_eq!(within(SECOND, work).await, expected);
    }
}
