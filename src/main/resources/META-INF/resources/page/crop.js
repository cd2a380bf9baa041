// Computes which part of a picture a network uses, in pixels of the picture.

/** Rounds half to even, as the official evaluation does. */
function half(difference) {
	const down = Math.floor(difference / 2);
	return difference % 2 === 0 ? down : down + (down % 2);
}

/** Returns the centre crop that the service takes after it has resized a picture. */
export function seenBy(width, height, rule) {
	let resizedWidth = rule.resize_width;
	let resizedHeight = rule.resize_height;
	if (rule.keep_aspect) {
		if (rule.resize_width * height >= rule.resize_height * width) {
			resizedHeight = Math.floor((rule.resize_width * height) / width);
		} else {
			resizedWidth = Math.floor((rule.resize_height * width) / height);
		}
	}
	const across = width / resizedWidth;
	const down = height / resizedHeight;
	return {
		left: half(resizedWidth - rule.width) * across,
		top: half(resizedHeight - rule.height) * down,
		width: rule.width * across,
		height: rule.height * down,
	};
}
