//! Cache of results by region of words: notices repeat in every file of a project.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::select::Found;

/// Regions remembered at most; beyond that all are forgotten, which changes the time and not the answer.
const MOST: usize = 8192;

/// Answers by the words they are about. Two hashes of 64 bits name the words.
#[derive(Default)]
pub struct Memo(Mutex<Answers>);

type Answers = HashMap<(u64, u64), Arc<[Found]>>;

impl Memo {
    /// The answer for these words, worked out where it is not known yet.
    pub fn get_or(&self, words: &[u32], work: impl FnOnce() -> Vec<Found>) -> Arc<[Found]> {
        let key = name(words);
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        known.unwrap_or_else(|| {
            let found: Arc<[Found]> = work().into();
            let mut memo = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if memo.len() >= MOST {
                memo.clear();
            }
            memo.insert(key, found.clone());
            found
        })
    }
}

fn name(words: &[u32]) -> (u64, u64) {
    words.iter().fold((words.len() as u64, 0x51_7c_c1_b7_27_22_0a_95), |(a, b), word| {
        let word = u64::from(*word);
        (
            (a ^ word).wrapping_mul(0xff51_afd7_ed55_8ccd).rotate_left(31),
            (b.rotate_left(23) ^ word).wrapping_mul(0xc4ce_b9fe_1a85_ec53),
        )
    })
}
