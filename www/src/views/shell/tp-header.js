import { html, nothing } from 'lit';
import { Part, define } from '../../controls/part.js';
import { icon, logo } from '../../controls/icons.js';
import { segmented } from '../../controls/segmented.js';
import { short } from '../../study/format.js';
import { backendReason } from '../../state/backend-reason.js';
import '../../controls/tp-menu.js';

/** Sizes for a projector that the menu offers; links may say any other. */
const STEPS = [0.75, 1, 1.25, 1.5, 2];

/** Name, backend with its measured rate, language, theme, share. */
export class TpHeader extends Part {
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['run', 'look', 'shelf', 'study'];

  render() {
    const { store } = this;
    const theme = store.theme;
    const next = theme === 'auto' ? (store.dark ? 'light' : 'dark') : theme === 'light' ? 'dark' : 'auto';
    return html`<header class="top">
      <h1 class="brand">${logo}<span>Tuning Playground</span></h1>
      ${
        store.whole
          ? html`<button type="button" class="lnk share" data-testid="lessons" aria-expanded=${store.lesson !== ''}
            aria-controls="lesson" title=${this.t('lessons.title')}
            @click=${() => this.act('lesson', store.lesson ? '' : 'path')}>${this.t('lessons')}</button>`
          : nothing
      }
      <span class="sp"></span>
      ${this.badge()}
      <span class="vr"></span>
      ${segmented(
        this.t('language'),
        [
          { value: 'en', text: html`<span lang="en">EN</span>`, name: 'English' },
          { value: 'ko', text: html`<span lang="ko">한국어</span>` },
        ],
        store.lang,
        (value) => this.act('language', /** @type {'en' | 'ko'} */ (value)),
        { testid: 'language', className: 'seg wide' },
      )}
      <button type="button" class="ib only-phone over-480" lang=${store.lang === 'ko' ? 'en' : 'ko'}
        data-testid="other-language"
        @click=${() =>
          this.act(
            'language',
            store.lang === 'ko' ? 'en' : 'ko',
          )}>${store.lang === 'ko' ? 'English' : '한국어'}</button>
      <button type="button" class="ib ${store.whole ? 'over-480' : ''}" data-testid="theme"
        aria-label=${this.t('theme.button', { theme: this.t(`theme.${theme}`) })}
        title=${this.t('theme.next', { theme: this.t(`theme.${theme}`), next: this.t(`theme.${next}`) })}
        @click=${() => this.act('theme', next)}>${icon(theme === 'auto' ? 'theme' : theme)}</button>
      ${
        store.whole
          ? html`<button type="button" class="btn share" data-testid="share" aria-haspopup="dialog"
            title=${this.t('share.title')}
            @click=${() => this.act('share')}>${icon('share')}<span>${this.t('share')}</span></button>`
          : nothing
      }
      ${store.whole ? this.menu() : nothing}
      <button type="button" class="btn only-narrow" data-testid="open-study" aria-expanded=${store.sheet}
        aria-controls="study" @click=${() => this.act('sheet', !store.sheet)}>${this.t('study.open')}</button>
    </header>`;
  }

  /** What does not fit beside the name, and what is seldom needed. */
  menu() {
    const { store } = this;
    return html`<tp-menu class="more" .store=${store} name="more" .label=${this.t('more')} .face=${icon('menu')}
      .groups=${[
        {
          className: 'under-1100',
          items: [
            { text: this.t('lessons'), testid: 'menu-lessons', act: 'lesson' },
            { text: this.t('share'), testid: 'menu-share', act: 'share' },
          ],
        },
        {
          className: 'under-480',
          label: this.t('language'),
          items: /** @type {const} */ (['en', 'ko']).map((tag) => ({
            text: tag === 'en' ? 'English' : '한국어',
            lang: tag,
            checked: store.lang === tag,
            testid: `menu-${tag}`,
            act: 'language',
            detail: tag,
          })),
        },
        {
          className: 'under-480',
          label: this.t('theme'),
          items: ['auto', 'light', 'dark'].map((theme) => ({
            text: this.t(`theme.${theme}`),
            checked: store.theme === theme,
            testid: `menu-${theme}`,
            act: 'theme',
            detail: theme,
          })),
        },
        {
          label: this.t('scale'),
          items: STEPS.concat(STEPS.includes(store.scale) ? [] : [store.scale])
            .sort((a, b) => a - b)
            .map((scale) => ({
              text: `${Math.round(100 * scale)}%`,
              checked: store.scale === scale,
              testid: `scale-${scale}`,
              act: 'scale',
              detail: scale,
            })),
        },
        {
          items: [
            { text: this.t('present'), testid: 'menu-present', act: 'present' },
            { text: this.t('range.title'), testid: 'menu-range', act: 'range' },
            { text: this.t('bench.title'), testid: 'menu-bench', act: 'bench' },
            { text: this.t('keys'), testid: 'menu-keys', act: 'keys', detail: true },
          ],
        },
      ]}></tp-menu>`;
  }

  badge() {
    const { store } = this;
    const info = store.backend;
    if (!info) {
      // A run that was cut off goes on on what trained it.
      const resumed = store.rest ? store.shelf.of(store.shelf.shown)?.backend : '';
      const text =
        store.state === 'starting' ? this.t('backend.starting') : this.t(`backend.choice.${resumed || store.choice}`);
      const title = [resumed && this.t('backend.reason.resumed'), this.t('bench.title')].filter(Boolean).join(' ');
      return html`<button type="button" class="backend wide" data-testid="backend" data-backend="none" title=${title}
        @click=${() => this.act('bench')}><i class="led none"></i><span class="who">${text}</span></button>`;
    }
    const restarting = info.reason === 'restarting';
    const name =
      info.backend === 'gpu'
        ? `WebGPU – ${info.adapter || this.t('backend.adapter')}`
        : `CPU – WASM SIMD ×${info.workers}`;
    const rate = store.progress?.rate;
    const title = [
      backendReason(store),
      info.software ? this.t('backend.software') : '',
      this.t('backend.measured'),
      this.t('bench.click'),
    ]
      .filter(Boolean)
      .join(' ');
    return html`<button type="button" class="backend wide" data-testid="backend" data-backend=${info.backend}
      title=${title} @click=${() => this.act('bench')}>
      <i class="led ${restarting ? 'restarting' : info.backend}"></i>
      <span class="who">${
        restarting ? this.t('backend.restarting', { name: info.backend === 'gpu' ? 'WebGPU' : 'CPU' }) : name
      }</span>
      <span data-testid="rate"><b>${rate ? short(rate) : '–'}</b> ${this.t('backend.rate')}</span>
      <span class="tip" data-testid="backend-why">${title}</span>
    </button>`;
  }
}

define('tp-header', TpHeader);
