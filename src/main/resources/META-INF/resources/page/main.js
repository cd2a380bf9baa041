// Starts the page: tabs, theme and the content of the tabs.
import { Admin } from './admin.js';
import { Classify } from './classify.js';
import { byId } from './dom.js';

const TABS = ['classify', 'train'];

/** @param {string} chosen name of a tab */
function open(chosen) {
  // sets an address without the scrolling that `location.hash` causes
  history.replaceState(null, '', `#${chosen}`);
  for (const name of TABS) {
    const selected = name === chosen;
    const tab = byId(`tab-${name}`);
    tab.setAttribute('aria-selected', String(selected));
    tab.tabIndex = selected ? 0 : -1;
    byId(name).hidden = !selected;
  }
}

/** Moves between tabs with arrow keys, Home and End. */
function walk(event) {
  const steps = { ArrowRight: 1, ArrowLeft: -1 };
  const at = TABS.findIndex((name) => event.target.id === `tab-${name}`);
  let next;
  if (event.key in steps) {
    next = (at + steps[event.key] + TABS.length) % TABS.length;
  } else if (event.key === 'Home') {
    next = 0;
  } else if (event.key === 'End') {
    next = TABS.length - 1;
  } else {
    return;
  }
  event.preventDefault();
  byId(`tab-${TABS[next]}`).focus();
  open(TABS[next]);
}

function tabs() {
  for (const name of TABS) {
    byId(`tab-${name}`).addEventListener('click', () => open(name));
    byId(`tab-${name}`).addEventListener('keydown', walk);
  }
  const follow = () => {
    const name = location.hash.slice(1);
    if (TABS.includes(name)) {
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
const classify = new Classify();
classify.load();
new Admin(() => classify.load());
