//! How schedules reach the audio thread, and how they come back to die.
//!
//! Two wait-free queues: new schedules go to the [`Player`], which swaps at the start of a block;
//! old ones come back to the [`Publisher`], which drops them on the control thread. The audio thread
//! never waits, and never frees.

#[cfg(test)]
mod tests;

use rtrb::{Consumer, Producer, PushError, RingBuffer};

use super::schedule::{Brand, Lease, Schedule};
use crate::audio::Block;

/// Makes the two ends of an exchange, with room for `capacity` schedules under way (at least 1).
pub fn exchange(capacity: usize) -> (Publisher, Player) {
    let capacity = capacity.max(1);
    let (to_audio, arriving) = RingBuffer::new(capacity);
    // Room for all that can be out at once: those under way, and the one that plays.
    let (retired, from_audio) = RingBuffer::new(capacity + 1);
    let lease = Lease::new();
    let publisher = Publisher {
        brand: lease.brand(),
        to_audio,
        from_audio,
        waiting: None,
    };
    let player = Player {
        lease,
        arriving,
        retired,
        current: None,
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
    /// The newest schedule, while there is no room for it.
    waiting: Option<Box<Schedule>>,
}

impl Publisher {
    /// The mark that children and schedules for this exchange must have.
    pub fn brand(&self) -> Brand {
        self.brand
    }

    /// Sends a schedule to the audio thread, and drops those that came back. While there is no room,
    /// the newest waits here, for the next [`collect`](Self::collect).
    ///
    /// # Errors
    ///
    /// The schedule itself, if it was made for another exchange.
    // The schedule is what matters to the caller, and this is not the audio thread.
    #[allow(clippy::result_large_err)]
    pub fn publish(&mut self, schedule: Schedule) -> Result<(), Schedule> {
        if schedule.brand() != self.brand {
            return Err(schedule);
        }
        self.waiting = Some(Box::new(schedule));
        self.collect();
        Ok(())
    }

    /// Drops the schedules that came back, and sends the one that waits. To be called now and then,
    /// and before children are taken back. Returns whether all that was published is on its way.
    pub fn collect(&mut self) -> bool {
        while self.from_audio.pop().is_ok() {}
        if let Some(schedule) = self.waiting.take()
            && let Err(PushError::Full(schedule)) = self.to_audio.push(schedule)
        {
            self.waiting = Some(schedule);
        }
        self.waiting.is_none()
    }

    /// Drops the schedules that came back, and the one that waits: what was retired with
    /// [`Player::retire`] is then gone, and children can be taken out of their cells.
    pub fn withdraw(&mut self) {
        self.waiting = None;
        self.collect();
    }
}

/// The audio thread's end. It holds the lease on all children of the exchange.
#[derive(Debug)]
pub struct Player {
    lease: Lease,
    arriving: Consumer<Box<Schedule>>,
    retired: Producer<Box<Schedule>>,
    current: Option<Box<Schedule>>,
    reported_latency_samples: u32,
}

impl Player {
    /// Swaps to the newest schedule, if one has come, and runs the block. Without a schedule the
    /// audio passes. Audio thread.
    pub fn run(&mut self, block: &mut Block<'_, '_>) {
        // A swap is hard: a fade from the old schedule's output to the new one's belongs here.
        self.adopt();
        if let Some(schedule) = &mut self.current {
            schedule.run(&mut self.lease, block);
        }
    }

    /// Swaps to the newest schedule, if one has come. While there is no room to send the old one
    /// back, it goes on playing.
    pub fn adopt(&mut self) {
        while self.current.is_none() || !self.retired.is_full() {
            let Ok(next) = self.arriving.pop() else {
                return;
            };
            if let Some(old) = self.current.replace(next) {
                self.send_back(old);
            }
        }
    }

    /// Gives up every schedule, for when no audio runs: the audio passes until a new one comes.
    /// Returns false if there was no room for all, so that some are still here; they go after
    /// [`Publisher::collect`].
    pub fn retire(&mut self) -> bool {
        while !self.retired.is_full() {
            let Some(old) = self.current.take().or_else(|| self.arriving.pop().ok()) else {
                return true;
            };
            self.send_back(old);
        }
        self.current.is_none() && self.arriving.is_empty()
    }

    /// Forgets what the schedule's delay lines heard.
    pub fn reset(&mut self) {
        if let Some(schedule) = &mut self.current {
            schedule.reset();
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
