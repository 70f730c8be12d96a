//! Cells under each other.

/// A longer cell moves the rest of its own line only.
const WIDEST: usize = 48;

/// The width of each of the first `N` columns of `rows`: that of the widest cell that is not too long, which on a terminal
/// of `columns` is one that leaves room for the others.
pub(super) fn widths<const N: usize, const ALL: usize>(rows: &[[String; ALL]], columns: Option<usize>) -> [usize; N] {
    let widest = columns.map_or(WIDEST, |width| WIDEST.min(width / ALL));
    std::array::from_fn(|column| {
        let widths = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        widths.filter(|width| *width <= widest).max().unwrap_or(0)
    })
}
