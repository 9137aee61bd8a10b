import { html, nothing } from 'lit';
import { count } from '../../study/format.js';
import { valuesOf } from './report.js';

/**
 * What stands in a table of the reader's own, as tables.
 *
 * @typedef {import('./report.js').Column} Column
 * @typedef {import('./report.js').Report} Report
 * @typedef {import('./report.js').Words} Words
 */

/** Classes whose rows are shown as bars, at most. */
const BARS = 30;
/** Columns of the first rows, at most. */
const HEAD_COLUMNS = 30;
/** Columns whose kind can be chosen in the list; of more only the first are shown. */
const LISTED = 200;
const KINDS = /** @type {const} */ (['number', 'category', 'ignored']);

/** All columns, and what each is taken as. @param {Report} report @param {Words} t
 * @param {(name: string, kind: Column['kind']) => void} choose */
export function columnsTable({ columns = [], rows }, t, choose) {
  const onChange = (/** @type {string} */ name) => (/** @type {Event} */ event) => {
    const { value } = /** @type {HTMLSelectElement} */ (event.target);
    choose(name, /** @type {Column['kind']} */ (value));
  };
  const option = (/** @type {Column['kind']} */ kind, /** @type {Column} */ one) =>
    html`<option value=${kind} ?selected=${kind === one.kind}>${t(`own.kind.${kind}`)}</option>`;
  const taken = (/** @type {Column} */ one) =>
    one.is_target
      ? t('own.is_target')
      : html`<select class="field-input" aria-label=${t('own.as_of', { name: one.name })}
          @change=${onChange(one.name)}>${KINDS.map((kind) => option(kind, one))}</select>`;
  const missing = (/** @type {Column} */ { missing: n }) =>
    n ? t('own.missing_of', { n: count(n), share: Math.round((100 * n) / (rows || 1)) }) : '–';
  const heads = ['column', 'as', 'values', 'missing_n'];
  const more = columns.length - LISTED;
  return html`${scrolled(
    t('own.columns'),
    html`<table class="columns" data-testid="data-columns">
      <caption class="vh">${t('own.columns')}</caption>
      <thead><tr>${heads.map((key) => html`<th scope="col">${t(`own.${key}`)}</th>`)}</tr></thead>
      <tbody>${columns.slice(0, LISTED).map(
        (one) => html`<tr class=${one.is_target ? 'target' : ''}><th scope="row">${one.name}</th>
          <td>${taken(one)}</td><td>${valuesOf(one, t)}</td><td>${missing(one)}</td></tr>`,
      )}</tbody></table>`,
  )}${more > 0 ? html`<p class="q2">${t('own.more_columns', { n: count(more) })}</p>` : nothing}`;
}

/** How many rows each class has. @param {Report} report @param {Words} t */
export function balanceTable({ classes = [] }, t) {
  if (!classes.length) return nothing;
  const most = Math.max(...classes.map(([, n]) => n));
  const more = classes.length - BARS;
  const rows = classes.slice(0, BARS).map(
    ([name, n]) => html`<tr><th scope="row">${name}</th>
      <td><meter min="0" max=${most} value=${n} aria-label=${name}></meter></td><td>${count(n)}</td></tr>`,
  );
  return html`<h3>${t('own.balance')}</h3><table class="balance" data-testid="data-balance">
      <caption class="vh">${t('own.balance')}</caption><tbody>${rows}</tbody></table>
    ${more > 0 ? html`<p class="q2">${t('own.more_classes', { n: count(more) })}</p>` : nothing}`;
}

/** The first rows. @param {Report} report @param {Words} t */
export function headTable({ columns = [], head = [] }, t) {
  const cells = (/** @type {string[]} */ row) => row.slice(0, HEAD_COLUMNS).map((field) => html`<td>${field}</td>`);
  return html`<details><summary>${t('own.head')}</summary>${scrolled(
    t('own.head'),
    html`<table class="head">
      <thead><tr>${columns.slice(0, HEAD_COLUMNS).map(({ name }) => html`<th scope="col">${name}</th>`)}</tr></thead>
      <tbody>${head.map((row) => html`<tr>${cells(row)}</tr>`)}</tbody></table>`,
  )}</details>`;
}

/** @param {string} label @param {unknown} table */
const scrolled = (label, table) =>
  html`<div class="scroll" tabindex="0" role="region" aria-label=${label}>${table}</div>`;
