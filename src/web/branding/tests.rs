use super::*;
use crate::store::brand::CONTRAST_MIN;

/// The colours of a style sheet, in order.
fn colours(css: &str) -> Vec<Colour> {
    css.match_indices('#')
        .map(|(at, _)| css[at..at + 7].parse().unwrap())
        .collect()
}

#[test]
fn text_is_readable_in_any_colour_that_is_taken() {
    let (white, ink) = (Colour::WHITE, Colour::of(0x07, 0x22, 0x2e));
    for text in [
        "#0b5a78", "#000000", "#7a0019", "#1b5e20", "#4a148c", "#5a4a00", "#0000ee",
    ] {
        let css = css(text.parse().unwrap());
        let [light, light_hover, light_soft, dark, dark_hover, dark_soft] =
            colours(&css)[..].try_into().unwrap();
        for (what, a, b) in [
            ("button", light, white),
            ("button, hover", light_hover, white),
            ("chosen", light, light_soft),
            ("dark button", dark, ink),
            ("dark button, hover", dark_hover, ink),
            ("dark link", dark, DARK_SUNKEN),
            ("dark chosen", dark, dark_soft),
        ] {
            assert!(a.contrast(b) >= CONTRAST_MIN, "{text} {what}: {a} {b}");
        }
    }
}
