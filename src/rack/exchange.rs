//! How schedules reach the audio thread, and how they come back to die.
//!
//! Two wait-free queues: new schedules go to the [`Player`], which swaps at the start of a block;
//! old ones come back to the [`Publisher`], which drops them on the control thread. The audio thread
//! never waits, and never frees. A schedule that [waits](Schedule::waiting) for the one before it to
//! fade something out is swapped in when that has happened.

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use rtrb::{Consumer, Producer, PushError, RingBuffer};

use super::meters::CostMeter;
use super::points::PointsBySlot;
use super::schedule::{Automation, Brand, Cores, Lease, Schedule};
use super::wiring::Wiring;
use crate::audio::{Block, DEFAULT_MIN_SPLIT_FRAMES, HostPoint};

/// How many wirings may be on their way to the audio thread.
const WIRINGS_UNDERWAY: usize = 4;

/// Makes the two ends of an exchange, with room for `capacity` schedules under way (at least 2).
pub fn exchange(capacity: usize) -> (Publisher, Player) {
    let capacity = capacity.max(2);
    let (to_audio, arriving) = RingBuffer::new(capacity);
    // Room for all that can be out at once: those under way, and the one that plays.
    let (retired, from_audio) = RingBuffer::new(capacity + 1);
    let (wirings_to_audio, arriving_wirings) = RingBuffer::new(WIRINGS_UNDERWAY);
    let (retired_wirings, wirings_from_audio) = RingBuffer::new(WIRINGS_UNDERWAY + 1);
    let lease = Lease::new();
    let done = Arc::new(AtomicU64::new(0));
    let min_split_frames = Arc::new(AtomicU32::new(DEFAULT_MIN_SPLIT_FRAMES));
    let panic = Arc::new(AtomicBool::new(false));
    let cost = Arc::<CostMeter>::default();
    let publisher = Publisher {
        brand: lease.brand(),
        to_audio,
        from_audio,
        wirings_to_audio,
        wirings_from_audio,
        sent: 0,
        done: done.clone(),
        min_split_frames: min_split_frames.clone(),
        panic: panic.clone(),
        cost: cost.clone(),
    };
    let player = Player {
        lease,
        arriving,
        retired,
        arriving_wirings,
        retired_wirings,
        wiring: None,
        current: None,
        swaps: 0,
        done,
        cores: None,
        points: PointsBySlot::default(),
        min_split_frames,
        panic,
        cost,
        reported_latency_samples: 0,
    };
    (publisher, player)
}

/// The control thread's end.
#[derive(Debug)]
pub struct Publisher {
    brand: Brand,
    to_audio: Producer<Box<Schedule>>,
    from_audio: Consumer<Box<Schedule>>,
    wirings_to_audio: Producer<Box<Wiring>>,
    wirings_from_audio: Consumer<Box<Wiring>>,
    /// How many schedules were sent.
    sent: u64,
    /// How many of them the player is done with taking in.
    done: Arc<AtomicU64>,
    min_split_frames: Arc<AtomicU32>,
    panic: Arc<AtomicBool>,
    cost: Arc<CostMeter>,
}

impl Publisher {
    /// The mark that parts and schedules for this exchange must have.
    pub fn brand(&self) -> Brand {
        self.brand
    }

    /// Whether the player has taken in all that was sent, what is new in it is warm, and there is room
    /// for two more.
    pub fn is_idle(&self) -> bool {
        self.done.load(Ordering::Acquire) == self.sent && self.to_audio.slots() >= 2
    }

    /// Sets the shortest part that a block is split into for automation, from the next block on.
    pub fn set_min_split_frames(&self, frames: u32) {
        self.min_split_frames.store(frames, Ordering::Relaxed);
    }

    /// Has all notes end in the next block, and what waits in delay lines forgotten.
    pub fn end_all_notes(&self) {
        self.panic.store(true, Ordering::Release);
    }

    /// What the rack as a whole costs, as long as this exchange lasts.
    pub fn cost(&self) -> &Arc<CostMeter> {
        &self.cost
    }

    /// Sends a schedule to the audio thread, and drops those that came back.
    ///
    /// # Errors
    ///
    /// The schedule itself, if it was made for another exchange, or if there is no room.
    // The schedule is what matters to the caller, and this is not the audio thread.
    #[allow(clippy::result_large_err)]
    pub fn publish(&mut self, schedule: Schedule) -> Result<(), Schedule> {
        if schedule.brand() != self.brand {
            return Err(schedule);
        }
        self.collect();
        match self.to_audio.push(Box::new(schedule)) {
            Ok(()) => {
                self.sent += 1;
                Ok(())
            }
            Err(PushError::Full(schedule)) => Err(*schedule),
        }
    }

    /// Sends a wiring to the audio thread, and drops those that came back.
    ///
    /// # Errors
    ///
    /// The wiring itself, if there is no room.
    pub fn rewire(&mut self, wiring: Box<Wiring>) -> Result<(), Box<Wiring>> {
        self.collect();
        (self.wirings_to_audio.push(wiring)).map_err(|PushError::Full(wiring)| wiring)
    }

    /// Drops the schedules and wirings that came back. To be called now and then, and before children are taken
    /// back: what was retired with [`Player::retire`] is then gone.
    pub fn collect(&mut self) {
        while self.from_audio.pop().is_ok() {}
        while self.wirings_from_audio.pop().is_ok() {}
    }
}

/// The audio thread's end. It holds the lease on all parts of the exchange.
#[derive(Debug)]
pub struct Player {
    lease: Lease,
    arriving: Consumer<Box<Schedule>>,
    retired: Producer<Box<Schedule>>,
    arriving_wirings: Consumer<Box<Wiring>>,
    retired_wirings: Producer<Box<Wiring>>,
    /// What the host's parameters move.
    wiring: Option<Box<Wiring>>,
    current: Option<Box<Schedule>>,
    /// How many schedules it has taken in.
    swaps: u64,
    /// How many of them are warm.
    done: Arc<AtomicU64>,
    cores: Option<Arc<dyn Cores>>,
    /// How the children's parameters move within the block at hand.
    points: PointsBySlot,
    min_split_frames: Arc<AtomicU32>,
    /// All notes are to end.
    panic: Arc<AtomicBool>,
    /// What the rack as a whole costs.
    cost: Arc<CostMeter>,
    reported_latency_samples: u32,
}

impl Player {
    /// Swaps to the next schedule, if one has come, and runs the block. Without a schedule the audio
    /// passes. Audio thread.
    pub fn run(&mut self, block: &mut Block<'_, '_>) {
        self.run_with(block, &[]);
    }

    /// As [`run`](Self::run), with what the host says of its parameters within the block, in the order of
    /// time. Audio thread.
    pub fn run_with(&mut self, block: &mut Block<'_, '_>, points: &[HostPoint]) {
        self.adopt();
        if let Some(wiring) = &mut self.wiring {
            wiring.follow(points, block.events, |slot, point| {
                self.points.push(slot, point);
            });
        }
        self.points.sort();
        let panic = self.panic.load(Ordering::Relaxed) && self.panic.swap(false, Ordering::Acquire);
        if let Some(schedule) = &mut self.current {
            if panic {
                schedule.reset(&mut self.lease);
                schedule.end_all_notes(&mut self.lease);
            }
            let automation = Automation {
                points: &self.points,
                min_split_frames: self.min_split_frames.load(Ordering::Relaxed),
            };
            let cores = self.cores.as_deref();
            schedule.run(&mut self.lease, cores, &self.cost, block, automation);
        }
        self.points.clear();
        self.tell_if_warm();
    }

    /// How the children's parameters move within the next block. What is pushed here is sorted and heard
    /// by the next [`run`](Self::run), and then forgotten. Audio thread.
    pub fn points_mut(&mut self) -> &mut PointsBySlot {
        &mut self.points
    }

    #[inline]
    fn tell_if_warm(&mut self) {
        if self.done.load(Ordering::Relaxed) == self.swaps {
            return;
        }
        let schedule = self.current.as_ref();
        if schedule.is_none_or(|schedule| schedule.is_warm(&mut self.lease)) {
            self.done.store(self.swaps, Ordering::Release);
        }
    }

    /// Has the chains of splits run on these cores, where the rack wants it. Not for the audio thread.
    pub fn set_cores(&mut self, cores: Option<Arc<dyn Cores>>) {
        self.cores = cores;
    }

    /// Swaps to the newest schedule that need not wait, if any has come. While there is no room to
    /// send the old one back, it goes on playing.
    pub fn adopt(&mut self) {
        self.adopt_wiring();
        while self.current.is_none() || !self.retired.is_full() {
            let Ok(next) = self.arriving.peek() else {
                return;
            };
            if let Some(current) = &self.current
                && next.waits()
                && !current.has_faded_out(&mut self.lease)
            {
                return;
            }
            let Ok(mut next) = self.arriving.pop() else {
                return;
            };
            next.begin(&mut self.lease);
            self.swaps += 1;
            if let Some(old) = self.current.replace(next) {
                self.send_back(old);
            }
        }
    }

    /// Follows the newest wiring, if any has come. While there is no room to send the old one back, it
    /// goes on following that.
    fn adopt_wiring(&mut self) {
        while self.wiring.is_none() || !self.retired_wirings.is_full() {
            let Ok(next) = self.arriving_wirings.pop() else {
                return;
            };
            if let Some(old) = self.wiring.replace(next)
                && let Err(PushError::Full(old)) = self.retired_wirings.push(old)
            {
                // Not reached. If it were, a leak is better than freeing on the audio thread.
                std::mem::forget(old);
            }
        }
    }

    /// Gives up every schedule, for when no audio runs: the audio passes until a new one comes.
    /// Returns false if there was no room for all, so that some are still here; they go after
    /// [`Publisher::collect`].
    pub fn retire(&mut self) -> bool {
        while !self.retired.is_full() {
            let old = self.current.take().or_else(|| {
                let next = self.arriving.pop().ok()?;
                self.swaps += 1;
                Some(next)
            });
            match old {
                Some(old) => self.send_back(old),
                None => break,
            }
        }
        self.tell_if_warm();
        self.current.is_none() && self.arriving.is_empty()
    }

    /// Forgets what the schedule's delay lines and filters heard, and ends all fades.
    pub fn reset(&mut self) {
        if let Some(schedule) = &mut self.current {
            schedule.reset(&mut self.lease);
        }
    }

    /// By how much the output lags.
    pub fn latency_samples(&self) -> u32 {
        (self.current.as_ref()).map_or(0, |schedule| schedule.latency_samples())
    }

    /// The latency, if it is another than when last asked; at first, if it is not zero.
    pub fn take_latency_change(&mut self) -> Option<u32> {
        let latency_samples = self.latency_samples();
        let changed = latency_samples != self.reported_latency_samples;
        self.reported_latency_samples = latency_samples;
        changed.then_some(latency_samples)
    }

    /// There must be room.
    fn send_back(&mut self, old: Box<Schedule>) {
        if let Err(PushError::Full(old)) = self.retired.push(old) {
            // Not reached. If it were, a leak is better than freeing on the audio thread.
            std::mem::forget(old);
        }
    }
}
