// Reads server-sent events with fetch, because EventSource cannot send credentials.
// https://html.spec.whatwg.org/multipage/server-sent-events.html

const FIRST_WAIT_MILLIS = 1000;
const MAX_WAIT_MILLIS = 15000;

/** Yields the name and the data of each event. */
async function* parse(stream) {
	const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
	let rest = '';
	for (let part = await reader.read(); !part.done; part = await reader.read()) {
		const events = (rest + part.value).split('\n\n');
		rest = events.pop();
		for (const event of events) {
			const fields = event.split('\n').map((line) => /^(event|data): ?(.*)$/s.exec(line)).filter(Boolean);
			const of = (wanted) => fields.filter(([, name]) => name === wanted).map(([, , value]) => value).join('\n');
			if (of('data')) { // comments keep the connection open
				yield { name: of('event'), data: of('data') };
			}
		}
	}
}

/**
 * Follows a stream until its event `end` and reconnects if the connection is lost. The service sends all events
 * from the beginning to each new connection.
 */
export async function follow(connect, listeners, signal) {
	let wait = FIRST_WAIT_MILLIS;
	while (!signal.aborted) {
		try {
			const response = await connect(signal);
			listeners.begin();
			wait = FIRST_WAIT_MILLIS;
			for await (const { name, data } of parse(response.body)) {
				listeners.event(name, JSON.parse(data));
				if (name === 'end') {
					return;
				}
			}
			listeners.lost(new Error('The connection ended. Reconnecting.'));
		} catch (failure) {
			if (signal.aborted) {
				return;
			}
			if (failure.status >= 400 && failure.status < 500) {
				throw failure;
			}
			listeners.lost(failure);
		}
		await new Promise((resolve) => setTimeout(resolve, wait));
		wait = Math.min(2 * wait, MAX_WAIT_MILLIS);
	}
}
