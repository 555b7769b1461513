//! Plots as SVG: lines over two axes, the vertical one logarithmic.

use std::{fmt::Write, fs, path::Path};

use crate::report::{EngineReport, Point};

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 400.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 150.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = 50.0;
const COLORS: [&str; 4] = ["#1f77b4", "#d62728", "#2ca02c", "#9467bd"];

/// Lines over a common axis.
struct Plot {
    title: String,
    x_label: &'static str,
    y_label: &'static str,
    /// Whether the horizontal axis is logarithmic.
    log_x: bool,
    lines: Vec<Line>,
}

struct Line {
    name: String,
    points: Vec<(f64, f64)>,
}

/// Writes the plots of an engine into a folder.
pub fn write(folder: &Path, report: &EngineReport) {
    fs::create_dir_all(folder).expect("the folder can be created");
    for (name, plot) in [("throughput", throughput(report)), ("latency", latency(report))] {
        let file = folder.join(format!("{name}-{}.svg", report.engine));
        fs::write(file, plot.svg()).expect("the file can be written");
    }
}

fn throughput(report: &EngineReport) -> Plot {
    let line = |name: &str, points: &[Point]| {
        let points = points.iter().map(|it| (it.in_flight as f64, it.per_second));
        Line { name: name.to_owned(), points: points.collect() }
    };
    let floor = report.place_order.iter().zip(&report.storage_floor);
    let floor = floor.map(|(point, floor)| (point.in_flight as f64, floor.per_second));
    let floor = Line { name: "storage floor".to_owned(), points: floor.collect() };
    let mut lines = vec![
        line("echo", &report.echo),
        line("CheckTransaction", &report.check_transaction),
        line("PlaceOrder", &report.place_order),
    ];
    lines.insert(2, floor);
    Plot {
        title: format!("Throughput, {}, {} customers", report.engine, report.customers),
        x_label: "calls in flight",
        y_label: "calls per second",
        log_x: true,
        lines,
    }
}

fn latency(report: &EngineReport) -> Plot {
    let names = ["p50", "p90", "p99", "p99.9"];
    let line = |at: usize| {
        let point = |it: &crate::report::RatePoint| (it.per_second, it.latency.percentiles()[at].1);
        Line { name: names[at].to_owned(), points: report.open_loop.iter().map(point).collect() }
    };
    Plot {
        title: format!("Latency of PlaceOrder, {}, {} customers", report.engine, report.customers),
        x_label: "orders per second, at a fixed rate",
        y_label: "latency in ms",
        log_x: false,
        lines: (0..names.len()).map(line).collect(),
    }
}

/// An axis from a smallest to a largest value, on a logarithmic scale or not.
struct Axis {
    low: f64,
    high: f64,
    log: bool,
}

impl Axis {
    fn of(values: impl Iterator<Item = f64> + Clone, log: bool) -> Self {
        let high = values.clone().fold(1e-3, f64::max);
        let low = values.filter(|it| *it > 0.0).fold(high, f64::min);
        match log {
            true => Self { low: 10_f64.powf(low.log10().floor()), high: high.max(low * 1.01), log },
            false => Self { low: 0.0, high, log },
        }
    }

    /// The place of a value, from 0 to 1.
    fn place(&self, value: f64) -> f64 {
        let scale = |it: f64| if self.log { it.max(self.low).log10() } else { it };
        (scale(value) - scale(self.low)) / (scale(self.high) - scale(self.low)).max(1e-9)
    }

    fn ticks(&self) -> Vec<f64> {
        if !self.log {
            return (0..=4).map(|it| self.high * f64::from(it) / 4.0).collect();
        }
        let powers = (-3..9).flat_map(|power| [1.0, 2.0, 5.0].map(|it| it * 10_f64.powi(power)));
        powers.filter(|it| (self.low..=self.high).contains(it)).collect()
    }
}

impl Plot {
    fn svg(&self) -> String {
        let points = || self.lines.iter().flat_map(|it| &it.points);
        let x = Axis::of(points().map(|it| it.0), self.log_x);
        let y = Axis::of(points().map(|it| it.1), true);
        let mut svg = String::new();
        self.draw(&mut svg, &x, &y).expect("a string can be written");
        svg
    }

    fn draw(&self, svg: &mut String, x: &Axis, y: &Axis) -> std::fmt::Result {
        let (bottom, right) = (HEIGHT - BOTTOM, WIDTH - RIGHT);
        let at_x = |value| LEFT + x.place(value) * (right - LEFT);
        let at_y = |value| bottom - y.place(value) * (bottom - TOP);
        writeln!(
            svg,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
             font-family=\"sans-serif\" font-size=\"12\">\n\
             <rect width=\"100%\" height=\"100%\" fill=\"white\"/>"
        )?;
        text(svg, LEFT, 22.0, "start", &self.title)?;
        text(svg, f64::midpoint(LEFT, right), HEIGHT - 12.0, "middle", self.x_label)?;
        text(svg, 8.0, TOP - 6.0, "start", self.y_label)?;
        for tick in y.ticks() {
            segment(svg, (LEFT, at_y(tick)), (right, at_y(tick)), "#ddd", 1)?;
            text(svg, LEFT - 6.0, at_y(tick) + 4.0, "end", &format!("{tick}"))?;
        }
        for tick in x.ticks() {
            text(svg, at_x(tick), bottom + 18.0, "middle", &format!("{:.0}", tick))?;
        }
        for (at, line) in self.lines.iter().enumerate() {
            let color = COLORS[at % COLORS.len()];
            let points: Vec<_> = line.points.iter().map(|it| (at_x(it.0), at_y(it.1))).collect();
            for pair in points.windows(2) {
                segment(svg, pair[0], pair[1], color, 2)?;
            }
            for (x, y) in points {
                writeln!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"{color}\"/>")?;
            }
            let y = TOP + 20.0 * at as f64;
            segment(svg, (right + 12.0, y), (right + 32.0, y), color, 2)?;
            text(svg, right + 38.0, y + 4.0, "start", &line.name)?;
        }
        writeln!(svg, "</svg>")
    }
}

fn text(svg: &mut String, x: f64, y: f64, anchor: &str, text: &str) -> std::fmt::Result {
    writeln!(svg, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{text}</text>")
}

fn segment(
    svg: &mut String,
    from: (f64, f64),
    to: (f64, f64),
    color: &str,
    width: u8,
) -> std::fmt::Result {
    let ((x1, y1), (x2, y2)) = (from, to);
    writeln!(
        svg,
        "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" stroke=\"{color}\" \
         stroke-width=\"{width}\"/>"
    )
}
