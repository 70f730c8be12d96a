//! Cells under each other.

/// A longer cell moves the rest of its own line only.
const WIDEST: usize = 48;

/// The width of each of the first `N` columns of `rows`: that of the widest cell that is not too long.
pub(super) fn widths<const N: usize, const ALL: usize>(rows: &[[String; ALL]]) -> [usize; N] {
    std::array::from_fn(|column| {
        let widths = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        widths.filter(|width| *width <= WIDEST).max().unwrap_or(0)
    })
}
