// Starts the page: tabs, theme and the content of the tabs.
import { Admin } from './admin.js';
import { Classify } from './classify.js';
import { Comparison } from './compare.js';
import { byId } from './dom.js';
import * as files from './files.js';
import * as link from './link.js';
import { Models } from './models.js';
import { Operate } from './operate.js';

const TABS = ['classify', 'compare', 'train', 'operate'];

const isOpen = (name) => !byId(name).hidden;

const models = new Models();
const comparison = new Comparison(models);
const classify = new Classify(models, (picture) => comparison.of([picture]));

function open(chosen) {
	for (const name of TABS) {
		const selected = name === chosen;
		const tab = byId(`tab-${name}`);
		tab.setAttribute('aria-selected', String(selected));
		tab.tabIndex = selected ? 0 : -1;
		byId(name).hidden = !selected;
	}
	link.write(chosen, chosen === 'classify' ? classify.choice : {});
}

/** Moves between tabs with arrow keys, Home and End. */
function walk(event) {
	const at = TABS.findIndex((name) => event.target.id === `tab-${name}`);
	const next = TABS.at({ ArrowRight: (at + 1) % TABS.length, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key] ?? at);
	if (next !== TABS[at]) {
		event.preventDefault();
		byId(`tab-${next}`).focus();
		open(next);
	}
}

function tabs() {
	for (const name of TABS) {
		byId(`tab-${name}`).addEventListener('click', () => open(name));
		byId(`tab-${name}`).addEventListener('keydown', walk);
	}
	const follow = () => {
		classify.follow();
		const address = link.read();
		const name = TABS.find((tab) => address.has(tab)) ?? (address.has('model') ? 'classify' : undefined);
		if (name) {
			open(name);
		}
	};
	window.addEventListener('hashchange', follow);
	follow();
}

function theme() {
	const root = document.documentElement;
	const system = matchMedia('(prefers-color-scheme: dark)');
	const dark = () => (root.dataset.theme ? root.dataset.theme === 'dark' : system.matches);
	const update = () => byId('theme').setAttribute('aria-pressed', String(dark()));
	system.addEventListener('change', update);
	byId('theme').addEventListener('click', () => {
		root.dataset.theme = dark() ? 'light' : 'dark';
		try {
			localStorage.setItem('theme', root.dataset.theme);
		} catch {
			// storage is not available: the choice is not kept
		}
		update();
	});
	update();
}

tabs();
theme();
files.dropsAndPastes((taken, folder) => {
	if (isOpen('compare')) {
		comparison.of(taken);
	} else if (isOpen('classify')) {
		classify.take(taken, folder);
	}
});
models.load();
const admin = new Admin(models);
new Operate(models, admin, () => isOpen('operate'));
