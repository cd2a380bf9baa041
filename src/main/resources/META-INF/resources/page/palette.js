// The colours of evidence: no evidence is pale, support is red, opposition is blue. Equal steps of
// evidence are equal steps in CIELAB, so they look equal. The service draws with the same colours.

const NEUTRAL = [92, 0, 0];
const SUPPORT = [45, 62, 45];
const OPPOSITION = [45, 8, -55];

const inverse = (t) => (t > 6 / 29 ? t ** 3 : (3 * 36 / 841) * (t - 4 / 29));

function gamma(linear) {
	const clipped = Math.min(1, Math.max(0, linear));
	return Math.round(255 * (clipped <= 0.0031308 ? 12.92 * clipped : 1.055 * clipped ** (1 / 2.4) - 0.055));
}

/** CIELAB (D65) to sRGB, with the constants of CIE 15 and IEC 61966-2-1. */
function srgb([lightness, a, b]) {
	const fy = (lightness + 16) / 116;
	const x = 0.95047 * inverse(fy + a / 500);
	const y = inverse(fy);
	const z = 1.08883 * inverse(fy - b / 200);
	return [
		gamma(3.2404542 * x - 1.5371385 * y - 0.4985314 * z),
		gamma(-0.969266 * x + 1.8760108 * y + 0.041556 * z),
		gamma(0.0556434 * x - 0.2040259 * y + 1.0572252 * z),
	];
}

export function colour(value) {
	const end = value > 0 ? SUPPORT : OPPOSITION;
	const weight = Math.min(1, Math.abs(value));
	return srgb(NEUTRAL.map((from, i) => from + weight * (end[i] - from)));
}
