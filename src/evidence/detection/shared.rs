//! Lists that files of a source have in common.

use std::ops::Deref;
use std::sync::Arc;

/// A list that files may share. Reads like a slice.
#[derive(Clone, Debug)]
pub struct Shared<T>(pub(in crate::evidence) Option<Arc<Vec<T>>>);

impl<T> Shared<T> {
    /// The list, to be changed: what others share stays as it is.
    pub fn edit(&mut self) -> &mut Vec<T>
    where
        T: Clone,
    {
        Arc::make_mut(self.0.get_or_insert_default())
    }
}

/// A list that was emptied is the one that never had anything.
impl<T: PartialEq> PartialEq for Shared<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: Eq> Eq for Shared<T> {}

impl<T> Default for Shared<T> {
    fn default() -> Self {
        Shared(None)
    }
}

impl<T> Deref for Shared<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        self.0.as_deref().map_or(&[], Vec::as_slice)
    }
}

impl<T> From<Vec<T>> for Shared<T> {
    fn from(mut list: Vec<T>) -> Self {
        list.shrink_to_fit();
        Shared((!list.is_empty()).then(|| Arc::new(list)))
    }
}

impl<T> From<Arc<Vec<T>>> for Shared<T> {
    fn from(list: Arc<Vec<T>>) -> Self {
        Shared(Some(list).filter(|list| !list.is_empty()))
    }
}

impl<T> FromIterator<T> for Shared<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Vec::from_iter(items).into()
    }
}

impl<'s, T> IntoIterator for &'s Shared<T> {
    type Item = &'s T;
    type IntoIter = std::slice::Iter<'s, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
