//! Pictures of what a test has drawn, painted without a graphics card, to be looked at: see [`save`].

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use egui::epaint::{Primitive, Vertex};
use egui::{Color32, ColorImage, ImageData, Rect, TextureId, TexturesDelta};
use egui_kittest::{Harness, TestRenderer};
use parking_lot::Mutex;

/// Names the folder that pictures are written to; without it there are none.
pub const VARIABLE: &str = "MATRYOSHKA_PICTURES";

/// The textures of a drawing, the letters among them.
#[derive(Clone, Default)]
pub struct Textures(Arc<Mutex<HashMap<TextureId, ColorImage>>>);

impl TestRenderer for Textures {
    fn handle_delta(&mut self, delta: &mut TexturesDelta) {
        let mut textures = self.0.lock();
        for (id, changes) in std::mem::take(&mut delta.set) {
            for change in changes {
                let ImageData::Color(image) = change.image;
                let Some([left, top]) = change.pos else {
                    textures.insert(id, ColorImage::clone(&image));
                    continue;
                };
                let Some(whole) = textures.get_mut(&id) else {
                    continue;
                };
                let [width, height] = image.size;
                for row in 0..height {
                    let from = (top + row) * whole.size[0] + left;
                    let part = &image.pixels[row * width..][..width];
                    whole.pixels[from..][..width].copy_from_slice(part);
                }
            }
        }
    }
}

/// Writes what was drawn last to a file of this name, where the variable [`VARIABLE`] names a folder.
pub fn save<State>(drawn: &Harness<'_, State>, textures: &Textures, name: &str) {
    let Some(folder) = std::env::var_os(VARIABLE) else {
        return;
    };
    let scale = drawn.ctx.pixels_per_point();
    let size = drawn.ctx.content_rect().size() * scale;
    let mut canvas = Canvas {
        width: size.x as usize,
        height: size.y as usize,
        pixels: vec![Color32::BLACK; size.x as usize * size.y as usize],
    };
    let textures = textures.0.lock();
    let shapes = drawn.output().shapes.clone();
    for clipped in drawn.ctx.tessellate(shapes, scale) {
        let Primitive::Mesh(mesh) = &clipped.primitive else {
            continue;
        };
        let Some(texture) = textures.get(&mesh.texture_id) else {
            continue;
        };
        let clip = clipped.clip_rect * scale;
        for corners in mesh.indices.chunks_exact(3) {
            let corner = |number: usize| {
                let mut corner = mesh.vertices[corners[number] as usize];
                corner.pos = (corner.pos.to_vec2() * scale).to_pos2();
                corner
            };
            canvas.fill([corner(0), corner(1), corner(2)], texture, clip);
        }
    }
    let bytes = canvas.pixels.iter().flat_map(Color32::to_array).collect();
    let image = image::RgbaImage::from_raw(canvas.width as u32, canvas.height as u32, bytes);
    let path = Path::new(&folder).join(name).with_extension("png");
    image.expect("as large").save(path).expect("written");
}

struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<Color32>,
}

impl Canvas {
    fn fill(&mut self, corners: [Vertex; 3], texture: &ColorImage, clip: Rect) {
        let [a, b, c] = corners.map(|corner| corner.pos);
        let area = (b - a).x * (c - a).y - (b - a).y * (c - a).x;
        if area == 0.0 {
            return;
        }
        let seen = Rect::from_points(&[a, b, c]).intersect(clip);
        let columns = seen.left().max(0.0) as usize..(seen.right().ceil() as usize).min(self.width);
        let rows = seen.top().max(0.0) as usize..(seen.bottom().ceil() as usize).min(self.height);
        for y in rows {
            for x in columns.clone() {
                let at = egui::pos2(x as f32 + 0.5, y as f32 + 0.5);
                let part = |from: egui::Pos2, to: egui::Pos2| {
                    ((to - from).x * (at - from).y - (to - from).y * (at - from).x) / area
                };
                let shares = [part(b, c), part(c, a), part(a, b)];
                if shares.iter().any(|share| *share < 0.0) || !clip.contains(at) {
                    continue;
                }
                let mut colour = [0.0_f32; 4];
                let mut uv = egui::Vec2::ZERO;
                for (corner, share) in corners.iter().zip(shares) {
                    uv += corner.uv.to_vec2() * share;
                    for (sum, one) in colour.iter_mut().zip(corner.color.to_array()) {
                        *sum += f32::from(one) * share;
                    }
                }
                let [width, height] = texture.size;
                let u = ((uv.x * width as f32) as usize).min(width - 1);
                let v = ((uv.y * height as f32) as usize).min(height - 1);
                let texel = texture.pixels[v * width + u].to_array();
                let front = [0, 1, 2, 3].map(|part| colour[part] * f32::from(texel[part]) / 255.0);
                let pixel = &mut self.pixels[y * self.width + x];
                let back = pixel.to_array();
                let mixed = [0, 1, 2, 3].map(|part| {
                    let rest = f32::from(back[part]) * (1.0 - front[3] / 255.0);
                    (front[part] + rest).round().clamp(0.0, 255.0) as u8
                });
                let [red, green, blue, _] = mixed;
                *pixel = Color32::from_rgb(red, green, blue);
            }
        }
    }
}
