//! A small window over each meter, with its bars: clicks and the pointer pass through, and the server keeps it
//! in front of what OpenGL draws.

use x11rb::COPY_FROM_PARENT;
use x11rb::connection::Connection;
use x11rb::protocol::shape::{ConnectionExt as _, SK, SO};
use x11rb::protocol::xproto::{
    ClipOrdering, ConnectionExt as _, CreateGCAux, CreateWindowAux, EventMask, Gcontext, Rectangle,
    Window, WindowClass,
};

use super::server::{Failure, Server};
use crate::editor::meters::{Ink, Inks, MeterId, Pixels, PlacedMeter, Reading, bars};
use crate::session::View;

/// How many looks a meter must have stood in its place: while the rack is scrolled, say, egui draws it.
const LOOKS_TO_STAND: u32 = 2;

/// See the [module](self).
pub struct MeterWindows {
    inks: Inks,
    /// To draw with: back, level, hot.
    gcs: [Gcontext; 3],
    shown: Vec<Shown>,
    /// Meters that are to be shown, once they have stood.
    wanted: Vec<PlacedMeter>,
    /// How many looks they have.
    stood: u32,
}

struct Shown {
    meter: PlacedMeter,
    window: Window,
    drawn: Option<Reading>,
}

const INKS: [Ink; 3] = [Ink::Back, Ink::Level, Ink::Hot];

impl MeterWindows {
    /// None yet.
    pub fn new(server: &Server) -> Result<Self, Failure> {
        let mut gcs = [0; 3];
        for gc in &mut gcs {
            *gc = server.connection.generate_id()?;
            let plain = CreateGCAux::new().graphics_exposures(0);
            server.connection.create_gc(*gc, server.window, &plain)?;
        }
        Ok(Self {
            inks: Inks::default(),
            gcs,
            shown: Vec::new(),
            wanted: Vec::new(),
            stood: 0,
        })
    }

    /// Whether this one is shown.
    pub fn draws(&self, meter: MeterId) -> bool {
        self.shown.iter().any(|shown| shown.meter.id == meter)
    }

    /// A frame is to come, with these meters in full view: what is shown of others, or elsewhere, is hidden before
    /// that.
    pub fn publish(
        &mut self,
        server: &Server,
        free: &[PlacedMeter],
        inks: Inks,
    ) -> Result<(), Failure> {
        let as_before = std::mem::replace(&mut self.inks, inks) == inks;
        let mut hidden = Vec::new();
        self.shown.retain(|shown| {
            let stays = as_before && free.contains(&shown.meter);
            if !stays {
                hidden.push(shown.window);
            }
            stays
        });
        for window in &hidden {
            server.connection.destroy_window(*window)?;
        }
        if !as_before {
            self.mix(server)?;
        }
        let is_new = |meter: &PlacedMeter| !self.shown.iter().any(|shown| shown.meter == *meter);
        let wanted: Vec<_> = free.iter().copied().filter(is_new).collect();
        if wanted != self.wanted {
            (self.wanted, self.stood) = (wanted, 0);
        }
        if !hidden.is_empty() {
            server.wait()?;
        }
        Ok(())
    }

    /// Shows what has stood, and draws the levels that have moved; whether any has.
    pub fn look(&mut self, server: &Server, view: &View) -> Result<bool, Failure> {
        if !self.wanted.is_empty() {
            self.stood += 1;
            if self.stood >= LOOKS_TO_STAND {
                for meter in std::mem::take(&mut self.wanted) {
                    let window = self.show(server, meter.seen)?;
                    let drawn = None;
                    self.shown.push(Shown {
                        meter,
                        window,
                        drawn,
                    });
                }
            }
        }
        let mut moved = false;
        for shown in &mut self.shown {
            let now = Reading::of(shown.meter.id.find(view));
            if shown.drawn != Some(now) {
                shown.drawn = Some(now);
                moved = true;
                draw(server, self.gcs, shown, now)?;
            }
        }
        Ok(moved)
    }

    /// A window has lost what was drawn in it.
    pub fn draw_anew(&mut self, window: Window) {
        let mut shown = self.shown.iter_mut();
        if let Some(shown) = shown.find(|shown| shown.window == window) {
            shown.drawn = None;
        }
    }

    /// Has the theme's colours drawn with from now on.
    fn mix(&self, server: &Server) -> Result<(), Failure> {
        for (gc, ink) in self.gcs.iter().zip(INKS) {
            let pixel = server.pixel(self.inks.get(ink));
            let change = x11rb::protocol::xproto::ChangeGCAux::new().foreground(pixel);
            server.connection.change_gc(*gc, &change)?;
        }
        Ok(())
    }

    fn show(&self, server: &Server, place: Pixels) -> Result<Window, Failure> {
        let connection = &server.connection;
        let window = connection.generate_id()?;
        let wishes = CreateWindowAux::new()
            .background_pixel(server.pixel(self.inks.back))
            .event_mask(EventMask::EXPOSURE);
        connection.create_window(
            COPY_FROM_PARENT as u8,
            window,
            server.window,
            place.x as i16,
            place.y as i16,
            place.width as u16,
            place.height as u16,
            0,
            WindowClass::INPUT_OUTPUT,
            COPY_FROM_PARENT,
            &wishes,
        )?;
        // Nothing of it takes the pointer.
        let order = ClipOrdering::UNSORTED;
        connection.shape_rectangles(SO::SET, SK::INPUT, order, window, 0, 0, &[])?;
        connection.map_window(window)?;
        Ok(window)
    }
}

fn draw(
    server: &Server,
    gcs: [Gcontext; 3],
    shown: &Shown,
    reading: Reading,
) -> Result<(), Failure> {
    let meter = &shown.meter;
    let bars = bars(reading, meter.length(), meter.line);
    for (gc, ink) in gcs.into_iter().zip(INKS) {
        let rectangles: Vec<Rectangle> = (bars.iter())
            .filter(|bar| bar.ink == ink)
            .map(|bar| meter.place(*bar))
            .map(|place| Rectangle {
                x: (place.x - meter.seen.x) as i16,
                y: (place.y - meter.seen.y) as i16,
                width: place.width as u16,
                height: place.height as u16,
            })
            .collect();
        if !rectangles.is_empty() {
            (server.connection).poly_fill_rectangle(shown.window, gc, &rectangles)?;
        }
    }
    Ok(())
}
