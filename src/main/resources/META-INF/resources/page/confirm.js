// Asks for confirmation before an action that affects other users.
import { byId } from './dom.js';

export function confirm(title, text, yes) {
	const dialog = byId('confirm');
	byId('confirm-title').textContent = title;
	byId('confirm-text').textContent = text;
	byId('confirm-yes').textContent = yes;
	return new Promise((resolve) => {
		byId('confirm-yes').onclick = () => dialog.close('yes');
		byId('confirm-no').onclick = () => dialog.close();
		dialog.onclose = () => resolve(dialog.returnValue === 'yes');
		dialog.returnValue = '';
		dialog.showModal();
	});
}
