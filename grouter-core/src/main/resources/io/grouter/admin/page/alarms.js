// What an operator should know first, in words; worst first.
import {html} from './lit-html.js';
import {currentSites, isOld, silence, store} from './store.js';
import {age, count, counted, plain, until} from './text.js';

const RANK = {bad: 0, warn: 1, note: 2};

function ofOwn(site, add) {
  const feed = {LOST: 'bad', SILENT: 'warn', WARMING: 'note'}[site.feed];
  if (feed === 'bad') add('bad', 'NATS feed lost', 'the table of this site is frozen as it was', '#/surroundings');
  if (feed === 'warn') add('warn', 'NATS feed silent', 'connected, but nothing is heard', '#/surroundings');
  if (feed === 'note') add('note', 'NATS feed warming up', 'this node does not know all routes of its site yet', '#/surroundings');
  if (!site.complete && site.feed === 'LIVE') add('note', 'table not complete', 'this node hands on what it is not sure of', '#/surroundings');
  if (site.guardedEndpoints > 0) {
    add('warn', `${counted(site.guardedEndpoints, 'endpoint')} kept`, 'too many would have expired at once', '#/surroundings');
  }
  const down = (site.goRouters ?? []).filter((each) => each.health === 'DOWN');
  if (down.length) {
    const all = down.length === site.goRouters.length;
    add(all ? 'bad' : 'warn', all ? 'all GoRouters down' : `${counted(down.length, 'GoRouter')} down`,
      down.slice(0, 3).map((each) => plain(each.address)).join(', ') + (down.length > 3 ? ', …' : ''), '#/surroundings');
  }
  if (site.headroom < 0.1 && !down.length) add('warn', `${site.site} is nearly full`, `${Math.round(site.headroom * 100)} % free`, '#/surroundings');
}

function ofOther(site, add) {
  const heard = site.heardSecondsAgo === null ? 'never heard' : `not heard for ${age(site.heardSecondsAgo)}`;
  const where = '#/surroundings';
  const quiet = {
    GONE: ['bad', 'gone: its routes count only where nobody else has them'],
    STALE: ['bad', 'stale: others are preferred'],
    SUSPECT: ['warn', 'suspect: fresh sites are preferred'],
  }[site.freshness];
  if (quiet) add(quiet[0], `${site.site} ${heard}`, quiet[1], where, `${site.site} not heard`);
  else if (site.info?.health.draining) add('note', `${site.site} drains`, 'by its own word; no new requests go there', where);
  else if (!site.fit) add('bad', `${site.site} cannot take requests`, 'heard, but by its own word without a GoRouter that could', where);
  if (site.conflict) add('bad', `two rivals speak in the name of ${site.site}`, 'two sites may have been given one name', where);
  if (site.heldWithdrawals > 0) add('warn', `${counted(site.heldWithdrawals, 'withdrawal')} of ${site.site} held back`, 'too many at once to be believed', where);
  if (site.freshness === 'FRESH' && !site.converged && site.equalSecondsAgo > 5) {
    add('warn', `table of ${site.site} differs for ${age(site.equalSecondsAgo)}`, `${count(site.sequenceGap)} changes behind`, where, `table of ${site.site} differs`);
  }
  if (!site.configured && quiet) add('note', `${site.site} can be forgotten`, 'it is not among the sites configured', where);
}

/** Everything wrong now; `key` is what stays the same while figures go on. */
export function alarms() {
  const all = [];
  const add = (tone, title, text, href, key = title) => all.push({tone, title, text, href, key: key.replace(/^[\d,]+ /, '')});
  if (isOld()) add('bad', `this node is not heard for ${age(silence() / 1000)}`, 'what is shown is as old as that', '#/', 'this node is not heard');
  for (const site of currentSites()) (site.own ? ofOwn : ofOther)(site, add);
  for (const each of store.overrides) {
    if (each.kind === 'drain-site') add('note', 'this site is drained', `by ${plain(each.who)}, for ${until(each.until)} more: ${plain(each.why)}`, '#/orders');
  }
  const routes = store.overrides.filter((each) => each.kind !== 'drain-site').length;
  if (routes) add('note', `${counted(routes, 'route')} drained or forced`, 'by operators of this site', '#/orders');
  return all.sort((a, b) => RANK[a.tone] - RANK[b.tone]);
}

const WORDS = {bad: ['✕', 'Alarm'], warn: ['▲', 'Warning'], note: ['i', 'Note']};

let said = null;

/** What to say aloud: the alarms that are new or over since it was called last; at first nothing. */
export function news() {
  if (!store.sites.length) return '';
  const all = new Map(alarms().map((each) => [each.key, WORDS[each.tone][1] + ': ' + each.key]));
  const before = said;
  said = all;
  if (before === null) return '';
  const begun = [...all].filter(([key]) => !before.has(key)).map(([, text]) => text);
  const over = [...before.keys()].filter((key) => !all.has(key)).map((key) => 'Over: ' + key);
  return [...begun, ...over].join('. ');
}

export function alarmList() {
  const all = alarms();
  if (!all.length) {
    const sites = currentSites();
    return html`<p class="quiet"><span class="sign good" aria-hidden="true">✓</span> <span>All is well: ${
      sites.length > 1 ? `${counted(sites.length - 1, 'other site is', 'other sites are')} fresh, ` : ''}the feed is live, ${
      counted(sites.find((each) => each.own)?.goRouters.length ?? 0, 'GoRouter is', 'GoRouters are')} in use.</span></p>`;
  }
  return html`<ul class="alarms">${all.map((each) => html`<li class=${each.tone}>
    <span class="sign ${each.tone}" aria-hidden="true">${WORDS[each.tone][0]}</span>
    <span class="sr">${WORDS[each.tone][1]}: </span><a href=${each.href}>${each.title}</a> <span class="soft">${each.text}</span></li>`)}</ul>`;
}
