use super::graph::Arcs;

/// A queue of nodes by distance, in buckets of equal width laid out in a ring.
///
/// What leaves the queue is in the order of buckets, and within a bucket in any order; the search puts
/// a node back when it finds a shorter way within the same bucket. For street networks this beats a
/// heap by far, since almost nothing is put back and nothing is ever sifted. (Dial 1969; with buckets
/// wider than the shortest street it is the sequential form of Δ-stepping, Meyer and Sanders 2003.)
#[derive(Debug)]
pub(super) struct BucketQueue {
    ring: Vec<Vec<Entry>>,
    /// A bucket is 2 to this power wide.
    shift: u32,
    waiting: usize,
}

/// A node with the distance at which it was put in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    pub distance: u32,
    pub node: u32,
}

impl BucketQueue {
    /// The ring holds at most this many buckets; longer streets make wider buckets.
    const MOST_BUCKETS: u32 = 1 << 14;

    /// A queue for searches over these arcs.
    pub(super) fn new(arcs: &Arcs) -> Self {
        let mut shift = arcs.mean.max(1).ilog2().saturating_sub(2);
        while arcs.heaviest >> shift > Self::MOST_BUCKETS - 3 {
            shift += 1;
        }
        // A street from the bucket at hand reaches at most this many buckets ahead.
        let buckets = ((arcs.heaviest >> shift) + 2).next_power_of_two();
        Self { ring: vec![Vec::new(); buckets as usize], shift, waiting: 0 }
    }

    /// The bucket a distance belongs to.
    pub(super) fn bucket(&self, distance: u32) -> u32 {
        distance >> self.shift
    }

    /// Puts a node in. Its bucket must lie within the ring ahead of the bucket at hand.
    pub(super) fn push(&mut self, entry: Entry) {
        let slot = self.slot(self.bucket(entry.distance));
        self.ring[slot].push(entry);
        self.waiting += 1;
    }

    /// Whether nothing waits in any bucket.
    pub(super) fn is_empty(&self) -> bool {
        self.waiting == 0
    }

    /// Exchanges what waits in a bucket for the emptied list `batch`.
    pub(super) fn take(&mut self, bucket: u32, batch: &mut Vec<Entry>) {
        batch.clear();
        let slot = self.slot(bucket);
        std::mem::swap(&mut self.ring[slot], batch);
        self.waiting -= batch.len();
    }

    fn slot(&self, bucket: u32) -> usize {
        bucket as usize & (self.ring.len() - 1)
    }
}
