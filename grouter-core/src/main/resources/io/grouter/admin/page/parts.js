// Pieces that several views are made of.
import {html, nothing, svg} from './lit-html.js';
import {escaped, name, percent, plain, visible} from './text.js';

const FRESHNESS = {
  LOCAL: ['good', '●', 'this site'],
  FRESH: ['good', '●', 'fresh'],
  SUSPECT: ['warn', '◐', 'suspect'],
  STALE: ['bad', '○', 'stale'],
  GONE: ['bad', '✕', 'gone'],
};
const FEED = {
  LIVE: ['good', '●', 'live'],
  WARMING: ['warn', '◐', 'warming up'],
  SILENT: ['warn', '○', 'silent'],
  LOST: ['bad', '✕', 'lost'],
};
const GOROUTER = {
  HEALTHY: ['good', '●', 'healthy'],
  UNKNOWN: ['warn', '◐', 'not known yet'],
  DRAINING: ['warn', '○', 'draining'],
  DOWN: ['bad', '✕', 'down'],
};

/** A state in colour, sign and word. */
function badge([tone, sign, word]) {
  return html`<span class="badge ${tone}"><span aria-hidden="true">${sign}</span> ${word}</span>`;
}
const stateIn = (table, key) => badge(table[key] ?? ['warn', '?', plain(key)]);

export const freshness = (state) => stateIn(FRESHNESS, state);
export const feedState = (state) => stateIn(FEED, state);
export const goRouterState = (state) => stateIn(GOROUTER, state);
export const flag = (tone, word) => html`<span class="badge ${tone}">${word}</span>`;

/** Sites that have a route, with the number of instances. */
export function siteList(sites) {
  return html`<ul class="chips">${sites.map((each) => {
    const [tone, sign, word] = FRESHNESS[each.freshness] ?? ['warn', '?', plain(each.freshness)];
    return html`<li class="chip"><span class=${tone} aria-hidden="true">${sign}</span> ${each.site}<span class="times" aria-hidden="true">×</span
      ><span class="sr">, ${word}, instances: </span>${each.instances}</li>`;
  })}</ul>`;
}

const routeHref = (route) => '#/routes/' + escaped(route);
export const routeLink = (route) => html`<a href=${routeHref(route)}>${name(route)}</a>`;

/** A share as a bar; its figure stands beside it. */
function bar(share) {
  const width = Math.max(0, Math.min(1, share ?? 0)) * 100;
  const tone = share === null ? 'none' : share < 0.1 ? 'bad' : share < 0.25 ? 'warn' : 'good';
  return html`<svg class="bar ${tone}" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true" focusable="false">${svg`
    <rect class="rest" width="100" height="6"></rect><rect class="part" width=${width} height="6"></rect>`}</svg>`;
}

export const headroom = (share) => html`${bar(share)} <span class="num">${percent(share)}</span> free`;

/** The last values as a line over a filled ground, newest at the right; at least half a minute wide. */
export function sparkline(values, most, tone) {
  const width = Math.max(30, values.length - 1);
  const height = 36;
  const top = Math.max(most, 1e-9);
  const x = (i) => width - (values.length - 1 - i);
  const y = (v) => (height - 1 - (Math.min(v, top) / top) * (height - 3)).toFixed(1);
  const line = values.every((v) => v === 0) ? '' : values.map((v, i) => `${i ? 'L' : 'M'}${x(i)} ${y(v)}`).join('');
  const ground = line && values.length > 1 ? `${line}V${height}H${x(0)}Z` : '';
  return html`<svg class="spark ${tone}" viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" aria-hidden="true" focusable="false">${svg`
    <path class="base" d=${`M0 ${height - 0.5}H${width}`}></path><path class="ground" d=${ground}></path><path class="line" d=${line}></path>`}</svg>`;
}

/** What went wrong, as the API said it. */
export function problem(error) {
  return error
    ? html`<div class="notice bad" role="alert"><strong>${visible(error.title)}</strong> ${visible(error.detail)}</div>`
    : nothing;
}

/** A table that scrolls within itself when the window is too narrow for it. */
export function table(label, heads, rows, empty = 'Nothing here.') {
  return html`<div class="scroll" role="region" aria-label=${label} tabindex="0"><table>
    <caption class="sr">${label}</caption>
    <thead><tr>${heads.map((head) => html`<th scope="col" class=${head.startsWith('#') ? 'n' : ''}>${head.replace(/^#/, '')}</th>`)}</tr></thead>
    <tbody>${rows.length ? rows : html`<tr><td class="soft" colspan=${heads.length}>${empty}</td></tr>`}</tbody>
  </table></div>`;
}

/** Terms and what they are. */
export function facts(entries) {
  return html`<dl class="facts">${entries.filter(Boolean).map(([term, value]) => html`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>`;
}

export function options(chosen, entries) {
  return entries.map(([value, label]) => html`<option value=${value} ?selected=${value === chosen}>${label}</option>`);
}

/** What a decision does, in a word and with the site. */
export function decision(kind, site) {
  const sign = {forward: '→', redirect: '↪', relay: '⇄', refuse: '✕', addresses: '→'}[kind] ?? '·';
  return html`<span class="way ${kind}"><span aria-hidden="true">${sign}</span> ${kind}${site ? html` to <strong>${site}</strong>` : nothing}</span>`;
}
