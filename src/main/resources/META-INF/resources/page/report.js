// Shows the report of a training: verdict, comparison, confusion matrix whose cells open the wrong
// answers, calibration, data and skipped files.
import { el, facts, fill, note, percent, table } from './dom.js';
import { calibrationOf, mistakesOf, picturesOf } from './mistakes.js';
import { leftOut } from './plan.js';

/** Above this number of classes the wrong answers are listed instead of a matrix. */
const MAX_CLASSES = 16;

export function reportOf(report, thumbnail) {
	const { labels, skipped } = report;
	const { verdict, evidence, validation, test, mistakes = [], calibration } = report.result ?? {};
	const few = labels.length <= MAX_CLASSES;
	const confusion = (name, scores, wrong) => few && scores
		&& part(`Confusion on ${name} images`, matrix(labels, scores.confusion, wrong, thumbnail));
	return [
		verdict && part('Verdict', el('p', { class: 'verdict' }, verdict)),
		evidence && part('Comparison', comparison(evidence)),
		confusion('validation', validation, mistakes),
		confusion('test', test, []),
		!few && mistakes.length > 0 && part('Mistakes on validation images', mistakesOf(mistakes, thumbnail)),
		calibration && part('Calibration', calibrationOf(calibration)),
		part('Data', data(report)),
		skipped.length > 0 && part(`Skipped files (${skipped.length})`, leftOut(skipped)),
	].filter(Boolean);
}

const part = (title, content) => el('section', el('h3', title), content);

function comparison({ images, right, balanced_accuracy: balanced, majority_share: majority, test_accuracy: test, comparison: live }) {
	const share = (part, whole) => `${percent(part / whole)} of ${whole} images`;
	return facts(
		['New version', share(right, images)],
		...(live ? [
			[`Live version ${live.live_version}`, share(live.live_right, live.images)],
			['New version on these', share(live.right, live.images)],
			['Only one is right', `the new one ${live.only_candidate_right}, the live one ${live.only_live_right} times`],
		] : [['Live version', 'none to compare with']]),
		['Always the most frequent class', percent(majority)],
		['Mean over the classes', percent(balanced)],
		...(test === undefined ? [] : [['Test images', percent(test)]]));
}

function matrix(labels, confusion, mistakes, thumbnail) {
	const opened = el('div', { class: 'mistakes', role: 'status' });
	const open = ({ label, answer, examples }) => fill(opened,
		el('h4', `${label}, answered as ${answer}`), picturesOf(label, answer, examples, thumbnail));
	const rows = labels.map((label, truth) => {
		const all = confusion[truth].reduce((sum, count) => sum + count, 0) || 1;
		return el('tr', el('th', { scope: 'row' }, label),
			...confusion[truth].map((count, answer) => {
				const wrong = mistakes.find((one) => one.label === label && one.answer === labels[answer] && one.examples.length > 0);
				return cell(count, count / all, truth === answer, wrong && (() => open(wrong)), `${label}, answered as ${labels[answer]}: ${count}`);
			}));
	});
	return el('div',
		note(`Rows: true class. Columns: predicted class.${mistakes.length > 0 ? ' Choose a wrong cell to see its pictures.' : ''}`),
		table('Confusion matrix', 'matrix', [el('td'), ...labels], rows),
		opened);
}

function cell(count, share, right, open, title) {
	const cell = el('td', { class: right ? 'right' : '' },
		open ? el('button', { 'aria-label': title, click: open }, count) : count);
	// at most 40 %, so that the text stays readable
	cell.style.background =
		`color-mix(in oklab, var(${right ? '--accent' : '--second'}) ${Math.round(40 * share)}%, var(--card))`;
	return cell;
}

function data(report) {
	return facts(
		['Classes', report.labels.length],
		['Images', `${report.training_images} for training, ${report.validation_images} for validation, ${report.test_images} for testing`],
		...report.findings.map((finding) => ['Note', finding]));
}
