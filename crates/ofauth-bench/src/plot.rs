//! The plot of `BENCHMARKS.md`.

use std::path::Path;

use plotters::prelude::*;

/// Draws a bar for each client: the instructions per page, as a share of the reference.
pub(crate) fn bars(path: &Path, title: &str, bars: &[(&str, f64, bool)]) {
    const ROW: i32 = 34;
    const LEFT: i32 = 190;
    const UNIT: f64 = 420.0;
    let height = 56 + ROW * i32::try_from(bars.len()).unwrap();
    let area = SVGBackend::new(path, (760, height as u32)).into_drawing_area();
    area.fill(&WHITE).unwrap();
    let text = |size: i32| ("sans-serif", size).into_font().color(&BLACK);
    area.draw_text(title, &text(16), (16, 14)).unwrap();
    for ((name, value, is_ours), row) in bars.iter().zip(0..) {
        let top = 44 + row * ROW;
        let right = LEFT + (value * UNIT) as i32;
        let colour = if *is_ours { RGBColor(32, 110, 180) } else { RGBColor(170, 178, 186) };
        let bar = Rectangle::new([(LEFT, top), (right, top + 22)], colour.filled());
        area.draw(&bar).unwrap();
        area.draw_text(name, &text(14), (16, top + 3)).unwrap();
        area.draw_text(&format!("{value:.2}"), &text(14), (right + 8, top + 3)).unwrap();
    }
    area.present().unwrap();
}
