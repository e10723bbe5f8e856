//! What an editor takes of the processor.

use std::thread;
use std::time::Duration;

use crate::desktop::{Usage, on_a_desktop_untold};
use crate::stage::{Stage, TWO_SLOTS};

/// How long is measured.
const WHILE: Duration = Duration::from_secs(4);

/// The share of one core that this process takes, in percent.
fn percent() -> f64 {
    let before = Usage::processor_time();
    let server_before = Usage::server_time();
    thread::sleep(WHILE);
    let server = Usage::server_time().saturating_sub(server_before);
    let mut taken: Vec<(String, Duration)> = Usage::processor_time()
        .into_iter()
        .map(|(thread, (name, time))| {
            let known = before.get(&thread).map_or(Duration::ZERO, |it| it.1);
            (name, time.saturating_sub(known))
        })
        .collect();
    let total: Duration = taken.iter().map(|it| it.1).sum();
    taken.retain(|(_, time)| *time > Duration::from_millis(1));
    println!("  by thread: {taken:?}; the X server besides: {server:?}");
    total.as_secs_f64() / WHILE.as_secs_f64() * 100.0
}

#[test]
fn an_editor_that_shows_nothing_new_takes_next_to_nothing_and_a_closed_one_nothing() {
    // Without the tree, as musicians have it: to write it costs more than to draw.
    on_a_desktop_untold(|desktop| {
        let stage = Stage::set(desktop, TWO_SLOTS);
        let is_drawn = || {
            let area = stage.desktop.screen.area(stage.window()).expect("it");
            let content = stage.desktop.screen.picture().part(area).content();
            content.colours > 30
        };
        let closed = percent();
        println!("closed, nothing plays: {closed:.2} %");
        stage.open_unseen(None);
        stage.wait_until("the editor to be drawn", is_drawn);
        stage.turn_for(Duration::from_secs(1));
        let still = percent();
        println!(
            "open, nothing plays: {still:.2} %, {:.2} % more",
            still - closed
        );
        stage.close();
        let closed_again = percent();
        println!("closed again, nothing plays: {closed_again:.2} %");

        stage.play();
        stage.turn_for(Duration::from_secs(1));
        let playing = percent();
        println!("closed, a tone swells and fades: {playing:.2} %");
        stage.open_unseen(None);
        stage.wait_until("the editor to be drawn", is_drawn);
        stage.turn_for(Duration::from_secs(1));
        let meters = percent();
        let more = meters - playing;
        println!("open, a tone swells and fades, meters move: {meters:.2} %, {more:.2} % more");
        stage.keep_picture("meters");
        stage.close();
        let playing_again = percent();
        println!("closed again, a tone swells and fades: {playing_again:.2} %");
        // An editor that drew all the time would take several times that, with OpenGL in software.
        assert!(still - closed < 10.0, "{still} % while nothing changes");
        assert!(more < 10.0, "{meters} % while nothing but meters moves");
        assert!(closed_again < closed + 2.0, "{closed_again} % once closed");
        assert!(
            playing_again < playing + 5.0,
            "{playing_again} % once closed"
        );
    });
}
