// Figures, ages and names as people read them. Names come from whoever registers a route: they are only ever text.
import {html} from './lit-html.js';

const whole = new Intl.NumberFormat('en');
const clock = new Intl.DateTimeFormat('en-GB', {hour: '2-digit', minute: '2-digit', second: '2-digit'});
const day = new Intl.DateTimeFormat('en-GB', {day: 'numeric', month: 'short'});

// Controls, format and direction marks, unassigned and private code points, blanks other than the plain one, and
// heaps of combining marks: everything that makes a name look like another one.
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}|(?<=\p{M})\p{M}/gu;

/** A text with everything invisible in it spelled out, as text. */
export function visible(text) {
  const all = String(text ?? '');
  const parts = [];
  let from = 0;
  for (const match of all.matchAll(UNSEEN)) {
    if (match.index > from) parts.push(all.slice(from, match.index));
    const code = match[0].codePointAt(0).toString(16).toUpperCase().padStart(4, '0');
    parts.push(html`<span class="unseen" title="invisible character">U+${code}</span>`);
    from = match.index + match[0].length;
  }
  parts.push(all.slice(from));
  return parts;
}

/** A name of a route, app or anything else that others chose. */
export const name = (text) => html`<bdi class="name">${visible(text)}</bdi>`;

/** The same as a plain string, for titles and labels. */
export function plain(text) {
  return String(text ?? '').replace(UNSEEN, (c) => 'U+' + c.codePointAt(0).toString(16).toUpperCase().padStart(4, '0'));
}

export const count = (n) => (n === null || n === undefined ? '–' : whole.format(n));

export function counted(n, one, many = one + 's') {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** Requests per second. */
export function rate(n) {
  if (n === null || n === undefined) return '–';
  if (n > 0 && n < 9.95) return n.toFixed(1);
  return n < 100_000 ? whole.format(Math.round(n)) : whole.format(Math.round(n / 1000)) + ' k';
}

export const percent = (share) => (share === null || share === undefined ? '–' : Math.round(share * 100) + ' %');

/** Seconds as an age or a span. */
export function age(seconds) {
  if (seconds === null || seconds === undefined) return '–';
  const s = Math.max(0, seconds);
  if (s < 9.95) return s.toFixed(1) + ' s';
  if (s < 120) return Math.round(s) + ' s';
  if (s < 7200) return Math.round(s / 60) + ' min';
  if (s < 172_800) return Math.round(s / 3600) + ' h';
  return Math.round(s / 86_400) + ' d';
}

/** A time of day, with the day when it is another one than today. */
export function when(time) {
  const at = new Date(time);
  if (Number.isNaN(at.getTime())) return html`${visible(time)}`;
  const today = at.toDateString() === new Date().toDateString();
  return html`<time datetime=${at.toISOString()} title=${at.toISOString()}>${today ? '' : day.format(at) + ', '}${clock.format(at)}</time>`;
}

export const until = (time) => age((new Date(time).getTime() - Date.now()) / 1000);

/** Part of an address after `#`, or of one of the API, for a text that may be anything. */
export const escaped = (text) => encodeURIComponent(String(text).replace(/\p{Cs}/gu, '\uFFFD'));

/** A link within the page; parameters that are empty are left out. */
export function link(path, query = {}) {
  const parts = Object.entries(query).filter(([, v]) => v !== '' && v !== null && v !== undefined && v !== false);
  return '#/' + path + (parts.length ? '?' + parts.map(([k, v]) => k + '=' + escaped(v)).join('&') : '');
}
