//! The results as Markdown.

use std::fmt::Write;

use crate::report::{EngineReport, Latency, Point, Report, ratios};

/// All tables, ready for a document.
pub fn markdown(report: &Report) -> String {
    let mut text = String::new();
    for engine in &report.engines {
        write_engine(&mut text, engine).expect("a string can be written");
    }
    text
}

fn write_engine(text: &mut String, report: &EngineReport) -> std::fmt::Result {
    let EngineReport { engine, customers, resellers, .. } = report;
    writeln!(text, "\n**{engine}**, {customers} customers of {resellers} resellers\n")?;
    writeln!(
        text,
        "| Closed loop | In flight | Calls/s | p50 ms | p99 ms | CPU ms | Statements |"
    )?;
    writeln!(text, "|---|--:|--:|--:|--:|--:|--:|")?;
    let loops = [
        ("PlaceOrder", &report.place_order),
        ("CheckTransaction", &report.check_transaction),
        ("Echo", &report.echo),
    ];
    for (name, points) in loops {
        for point in points {
            writeln!(text, "| {name} | {}", cells(point))?;
        }
    }
    for (orders, floor) in report.place_order.iter().zip(&report.storage_floor) {
        let (in_flight, rate) = (orders.in_flight, floor.per_second);
        let name = format!("Storage floor, {} clients", floor.clients);
        writeln!(text, "| {name} | {in_flight} | {rate:.0} | | | | |")?;
    }
    writeln!(text, "\n| PlaceOrder, open loop | Orders/s | p50 ms | p90 ms | p99 ms | p99.9 ms |")?;
    writeln!(text, "|---|--:|--:|--:|--:|--:|")?;
    for point in &report.open_loop {
        let Latency { p50, p90, p99, p999, .. } = point.latency;
        let rate = point.per_second;
        writeln!(
            text,
            "| {} % of the peak | {rate:.0} | {p50:.1} | {p90:.1} | {p99:.1} | {p999:.1} |",
            point.percent
        )?;
    }
    write_figures(text, report)
}

fn cells(point: &Point) -> String {
    let Latency { p50, p99, .. } = point.latency;
    let costs = &point.costs_per_call;
    let statements = costs.statements.map_or_else(String::new, |it| format!("{it:.1}"));
    format!(
        "{} | {:.0} | {p50:.1} | {p99:.1} | {:.2} | {statements} |",
        point.in_flight, point.per_second, costs.total_cpu_ms
    )
}

fn write_figures(text: &mut String, report: &EngineReport) -> std::fmt::Result {
    writeln!(text, "\n| Figure | Value |\n|---|--:|")?;
    for (name, ratio) in ratios(report) {
        writeln!(text, "| {} | {ratio:.3} |", name.replace('_', " "))?;
    }
    if let Some(point) = report.place_order.last() {
        let costs = &point.costs_per_call;
        for (process, cpu) in &costs.cpu_ms {
            writeln!(text, "| CPU ms of {process} per order | {cpu:.2} |")?;
        }
        if let Some(wal) = costs.wal_bytes {
            writeln!(text, "| WAL bytes per order | {wal:.0} |")?;
        }
    }
    writeln!(text, "| bytes on disk per order | {:.0} |", report.disk_bytes_per_order)?;
    for rate in &report.disk_syncs_per_second {
        writeln!(text, "| disk syncs per second | {rate:.0} |")?;
    }
    for memory in &report.memory {
        let mib = [memory.idle, memory.after_checks, memory.peak].map(|kib| kib / 1024);
        let [idle, after, peak] = mib;
        let service = memory.service;
        writeln!(text, "| MiB of {service}: idle, after checks, peak | {idle}, {after}, {peak} |")?;
    }
    Ok(())
}
