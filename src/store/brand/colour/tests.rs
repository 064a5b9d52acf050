use super::*;

#[test]
fn contrast_is_that_of_wcag() {
    // Figures of WebAIM's contrast checker, cut to two digits.
    for (a, b, contrast) in [
        ("#000000", "#ffffff", 21.0),
        ("#777777", "#ffffff", 4.47),
        ("#767676", "#FFFFFF", 4.54),
        ("#0000ff", "#ffffff", 8.59),
        ("#ff0000", "#ffffff", 3.99),
    ] {
        let (a, b): (Colour, Colour) = (a.parse().unwrap(), b.parse().unwrap());
        let found = (a.contrast(b) * 100.0).floor() / 100.0;
        assert!((found - contrast).abs() < 0.015, "{a} {b}: {found}");
        assert!((b.contrast(a) - a.contrast(b)).abs() < f64::EPSILON);
    }
}

#[test]
fn what_is_no_colour_is_refused() {
    for text in [
        "", "#", "#fff", "0b5a78", "#0b5a7", "#0b5a789", "#gggggg", "#+1+1+1", "#ééé",
    ] {
        assert_eq!(text.parse::<Colour>(), Err(InvalidColour), "{text}");
    }
    let colour: Colour = "#0B5a78".parse().unwrap();
    assert_eq!(colour.to_string(), "#0b5a78");
}

#[test]
fn any_colour_becomes_readable() {
    let dark = Colour::of(0x1f, 0x2b, 0x35);
    for text in ["#000000", "#0b5a78", "#800000", "#0000ff", "#ffffff"] {
        let colour: Colour = text.parse().unwrap();
        let lighter = colour.readable_beside(dark, Colour::WHITE);
        assert!(lighter.contrast(dark) >= CONTRAST_MIN, "{text}: {lighter}");
    }
    assert_eq!(
        Colour::WHITE.readable_beside(dark, Colour::WHITE),
        Colour::WHITE
    );
}
