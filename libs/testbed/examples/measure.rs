//! tmp
use testbed::*; use std::time::*;
#[tokio::main(flavor="multi_thread")]
async fn main(){
 let t=Instant::now(); let d=Databases::new(Engine::Postgres).await; eprintln!("start {:?}",t.elapsed());
 for i in 0..6 { let t=Instant::now(); let _=d.url(&format!("s{i}")); eprintln!("create {:?}",t.elapsed()); }
 let t=Instant::now(); eprintln!("{}", d.url("s1")); eprintln!("again {:?}",t.elapsed());
 let t=Instant::now(); let hs:Vec<_>=(0..20).map(|_|std::thread::spawn(||{let r=tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap(); r.block_on(async{let d=Databases::new(Engine::Postgres).await; let _=(d.url("a"),d.url("b"),d.url("c"));})})).collect(); for h in hs{h.join().unwrap();} eprintln!("20 tests x 3 dbs parallel, create+drop {:?}",t.elapsed());
 let t=Instant::now(); drop(d); eprintln!("drop of 6 {:?}",t.elapsed());
 match std::env::args().nth(1).as_deref() { Some("sleep") => {eprintln!("pid {}",std::process::id()); std::thread::sleep(Duration::from_secs(60))}, Some("panic")=>panic!("x"), Some("abort")=>std::process::abort(), _=>{} }
}
