use std::time::Duration;

use tests::{Engine, fleet::Fleet};
use tokio::time::sleep;

const STARTS: usize = 5;
const SERVICES: [&str; 3] = ["onboarding", "relationship", "ordering"];

/// Time from start to SERVING, and memory at rest and under load. Has no requirement.
pub async fn measure() -> bool {
    println!("start and memory");
    let (mut fleet, buyer) = super::fleet(1, &[]).await;
    for service in SERVICES {
        let mut times = Vec::new();
        for _ in 0..STARTS {
            fleet.take(service, 0).kill();
            times.push(fleet.start(service, 0).await);
        }
        times.sort_unstable();
        println!(
            "        {service}: {:?} from start to SERVING (median of {STARTS}), {} MiB at rest",
            times[STARTS / 2],
            fleet.memory(service, 0) / 1024
        );
    }
    let (placed, ()) = buyer.during(8, false, sleep(Duration::from_secs(5))).await;
    let memory =
        SERVICES.map(|service| format!("{service} {} MiB", fleet.memory(service, 0) / 1024));
    println!("        after {} orders: {}", placed.len(), memory.join(", "));
    let embedded = Fleet::on(Engine::Sqlite, 1, &[]).await;
    let memory =
        SERVICES.map(|service| format!("{service} {} MiB", embedded.memory(service, 0) / 1024));
    println!("        at rest on SQLite: {}", memory.join(", "));
    true
}
