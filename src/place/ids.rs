//! Two kinds of name for a thing: a dense index used inside, and the stable key of files and links.

use std::marker::PhantomData;

/// A dense index that belongs to one kind of thing.
pub trait Idx: Copy {
    /// From a position in the list.
    fn from_usize(index: usize) -> Self;
    /// To a position in the list.
    fn index(self) -> usize;
}

macro_rules! idx {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u32);

        impl Idx for $name {
            fn from_usize(index: usize) -> Self {
                Self(u32::try_from(index).expect("a place has fewer than four thousand million of anything"))
            }
            fn index(self) -> usize {
                self.0 as usize
            }
        }
    )+};
}

idx! {
    /// A patch of this place.
    PatchIdx,
    /// A patch of an earlier time.
    EarlierIdx,
    /// A zone of this place.
    ZoneIdx,
    /// A group of residents.
    GroupIdx,
    /// An asset of this place.
    AssetIdx,
    /// A source of data.
    SourceIdx,
}

/// A list that only its own kind of index can look into.
#[derive(Debug, Clone, PartialEq)]
pub struct IdVec<I, T> {
    items: Vec<T>,
    kind: PhantomData<fn(I) -> I>,
}

impl<I: Idx, T> IdVec<I, T> {
    /// An empty list.
    #[must_use]
    pub fn new() -> Self {
        Self { items: Vec::new(), kind: PhantomData }
    }

    /// Appends, and tells the new thing's index.
    pub fn push(&mut self, item: T) -> I {
        self.items.push(item);
        I::from_usize(self.items.len() - 1)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The things in order.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.items.iter()
    }

    /// The indices in order.
    pub fn indices(&self) -> impl Iterator<Item = I> + use<I, T> {
        (0..self.items.len()).map(I::from_usize)
    }

    /// The things with their indices, in order.
    pub fn enumerate(&self) -> impl Iterator<Item = (I, &T)> {
        self.items.iter().enumerate().map(|(i, item)| (I::from_usize(i), item))
    }

    /// The plain slice.
    #[must_use]
    pub fn as_slice(&self) -> &[T] {
        &self.items
    }
}

impl<I: Idx, T> Default for IdVec<I, T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<I: Idx, T> From<Vec<T>> for IdVec<I, T> {
    fn from(items: Vec<T>) -> Self {
        Self { items, kind: PhantomData }
    }
}

impl<I: Idx, T> FromIterator<T> for IdVec<I, T> {
    fn from_iter<S: IntoIterator<Item = T>>(items: S) -> Self {
        Vec::from_iter(items).into()
    }
}

impl<I: Idx, T> std::ops::Index<I> for IdVec<I, T> {
    type Output = T;
    fn index(&self, index: I) -> &T {
        &self.items[index.index()]
    }
}

impl<I: Idx, T> std::ops::IndexMut<I> for IdVec<I, T> {
    fn index_mut(&mut self, index: I) -> &mut T {
        &mut self.items[index.index()]
    }
}

impl<'a, I: Idx, T> IntoIterator for &'a IdVec<I, T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
