// The colours of evidence: no evidence is pale, support is red, opposition is blue. Equal steps of
// evidence are equal steps in CIELAB, so they look equal. The service draws with the same colours.

const NEUTRAL = [92, 0, 0];
const SUPPORT = [45, 62, 45];
const OPPOSITION = [45, 8, -55];

export function colour(value) {
	const end = value > 0 ? SUPPORT : OPPOSITION;
	const weight = Math.min(1, Math.abs(value));
	return `lab(${NEUTRAL.map((from, i) => from + weight * (end[i] - from)).join(' ')})`;
}
