// The address of the page: `#train` opens a tab, `#model=…&top_k=…` chooses a model. It never contains
// the picture.

export const read = () => new URLSearchParams(location.hash.slice(1));

/** Sets an address without the scrolling that `location.hash` causes. */
export function write(tab, choice = {}) {
	const members = Object.entries(choice)
		.filter(([, value]) => value !== undefined && value !== '')
		.map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
	const parts = tab === 'classify' && members.length > 0 ? members : [tab, ...members];
	history.replaceState(null, '', `#${parts.join('&')}`);
}
