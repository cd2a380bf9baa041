// Draws sample pictures.
import { byId, el } from './dom.js';

const WIDTH = 320;
const HEIGHT = 240;

function gradient(context, from, to, top = 0, bottom = HEIGHT) {
  const fill = context.createLinearGradient(0, top, 0, bottom);
  fill.addColorStop(0, from);
  fill.addColorStop(1, to);
  context.fillStyle = fill;
  context.fillRect(0, top, WIDTH, bottom - top);
}

function shape(context, colour, ...points) {
  context.fillStyle = colour;
  context.beginPath();
  points.forEach(([x, y]) => context.lineTo(x, y));
  context.fill();
}

function disc(context, colour, x, y, radius) {
  context.fillStyle = colour;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}

const PAINTINGS = {
  ship(context) {
    gradient(context, '#9fc6e6', '#e9eef0', 0, 150);
    gradient(context, '#3f7396', '#1c3f5c', 150);
    shape(context, '#f4f4f2', [120, 84], [214, 84], [214, 122], [120, 122]);
    shape(context, '#f4f4f2', [140, 62], [186, 62], [186, 84], [140, 84]);
    shape(context, '#c0392b', [192, 56], [208, 56], [208, 84], [192, 84]);
    shape(context, '#26323d', [54, 122], [276, 122], [246, 168], [84, 168]);
    shape(context, '#a9342a', [80, 160], [252, 160], [246, 170], [86, 170]);
    for (let x = 128; x < 210; x += 16) {
      shape(context, '#3d5566', [x, 98], [x + 8, 98], [x + 8, 106], [x, 106]);
    }
  },
  truck(context) {
    gradient(context, '#c9dcea', '#eef1ee', 0, 160);
    gradient(context, '#7d7f80', '#55585a', 160);
    shape(context, '#e7e4dc', [46, 66], [196, 66], [196, 172], [46, 172]);
    shape(context, '#b8352c', [200, 98], [246, 98], [276, 134], [276, 172], [200, 172]);
    shape(context, '#a9c4d4', [214, 106], [242, 106], [260, 132], [214, 132]);
    for (const x of [82, 124, 240]) {
      disc(context, '#1d1d1f', x, 176, 22);
      disc(context, '#9b9b9b', x, 176, 9);
    }
  },
  airplane(context) {
    gradient(context, '#4f8fd0', '#b9dcf3');
    shape(context, '#dfe5ea', [150, 118], [206, 206], [236, 206], [206, 118]);
    shape(context, '#c9d1d8', [160, 104], [214, 40], [236, 40], [206, 104]);
    shape(context, '#f5f7f8', [40, 112], [70, 98], [262, 98], [282, 112], [262, 124], [70, 124]);
    shape(context, '#2f4f7f', [234, 102], [262, 56], [282, 56], [270, 104]);
    for (let x = 84; x < 240; x += 14) {
      disc(context, '#5b7186', x, 108, 3);
    }
  },
};

function painted(name) {
  const canvas = el('canvas', { width: WIDTH, height: HEIGHT });
  PAINTINGS[name](canvas.getContext('2d'));
  return canvas;
}

/** Adds a button for each drawing. @param {function(Blob)} chosen called with the picture */
export function offer(chosen) {
  for (const name of Object.keys(PAINTINGS)) {
    const canvas = painted(name);
    const take = () =>
      canvas.toBlob((blob) => chosen(new File([blob], `${name}.png`, { type: blob.type })));
    byId('samples').append(
      el('button', { type: 'button', class: 'sample', 'aria-label': `Drawing: ${name}`, click: take },
        canvas));
  }
}
