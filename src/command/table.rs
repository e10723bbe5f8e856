//! Columns for people.

use console::measure_text_width;

/// Lines of cells, each column as wide as its widest cell, two spaces apart.
#[derive(Default)]
pub struct Table(Vec<Vec<String>>);

impl Table {
    /// A table with a first line.
    pub fn with_heading(cells: &[&str]) -> Self {
        Self(vec![cells.iter().map(ToString::to_string).collect()])
    }

    /// Adds a line.
    pub fn line(&mut self, cells: impl IntoIterator<Item = String>) {
        self.0.push(cells.into_iter().collect());
    }

    /// The table as text, each line behind `indent`. Columns that are empty but for the heading are
    /// left out.
    pub fn text(&self, indent: &str) -> String {
        let columns = self.0.iter().map(Vec::len).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns).map(|column| self.width(column)).collect();
        let mut text = String::new();
        for line in &self.0 {
            let mut written = indent.to_owned();
            for (cell, &width) in line.iter().zip(&widths) {
                if width > 0 {
                    let padding = width.saturating_sub(measure_text_width(cell)) + 2;
                    written += cell;
                    written.extend(std::iter::repeat_n(' ', padding));
                }
            }
            text += written.trim_end();
            text.push('\n');
        }
        text
    }

    fn width(&self, column: usize) -> usize {
        let cells = || self.0.iter().filter_map(|line| line.get(column));
        if cells().skip(1).all(String::is_empty) {
            return 0;
        }
        cells()
            .map(|cell| measure_text_width(cell))
            .max()
            .unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_each_other_and_empty_ones_are_left_out() {
        let mut table = Table::with_heading(&["name", "unit", "value"]);
        table.line(["Größe".into(), String::new(), "1".into()]);
        table.line(["x".into(), String::new(), "2".into()]);
        assert_eq!(table.text(""), "name   value\nGröße  1\nx      2\n");
    }
}
