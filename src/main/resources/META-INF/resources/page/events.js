// Reads server-sent events with fetch, because EventSource cannot send credentials.
// https://html.spec.whatwg.org/multipage/server-sent-events.html

const FIRST_WAIT_MILLIS = 1000;
const MAX_WAIT_MILLIS = 15000;

export async function* parse(stream) {
	let name = 'message';
	let data = [];
	for await (const line of lines(stream)) {
		if (line === '') {
			if (data.length > 0) {
				yield { name, data: data.join('\n') };
			}
			name = 'message';
			data = [];
		} else {
			const [, field, value] = /^([^:]*):? ?(.*)$/.exec(line);
			if (field === 'event') {
				name = value;
			} else if (field === 'data') {
				data.push(value);
			}
		}
	}
}

async function* lines(stream) {
	const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
	let rest = '';
	for (let part = await reader.read(); !part.done; part = await reader.read()) {
		const found = (rest + part.value).split(/\r\n|\n|\r(?!$)/);
		rest = found.pop();
		yield* found;
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
