// Building elements without markup in strings: data can never become HTML.
import { t, di } from './textos.js'

export function el(nombre, atributos = {}, ...hijos) {
  const e = document.createElement(nombre)
  for (const [k, v] of Object.entries(atributos)) {
    if (k.startsWith('on')) e.addEventListener(k.slice(2), v)
    else if (v === true) e.setAttribute(k, '')
    else if (v !== false && v != null) e.setAttribute(k, v)
  }
  e.append(...hijos.flat(Infinity).filter(h => h != null && h !== false))
  return e
}

export const miles = n => String(n).replace(/\B(?=(\d{3})+$)/g, ',')
export const muestra = clases => el('span', { class: 'ms', 'aria-hidden': 'true' }, clases.map(c => el('i', { class: `m ${c}` })))

/** Say in place that a part could not be read, with a way to try again. */
export function falla(donde, error, otra) {
  const razon = error?.message || t.forma
  donde.replaceChildren(el('p', { class: 'falla', role: 'alert' }, di('falla', { razon }), ' ',
    otra && el('button', { type: 'button', onclick: otra }, t.reintentar)))
}

/** `2024-06-02T20:15:08-06:00` in the clock of the place, whatever the reader's. */
export const reloj = (iso, segundos = false) => texto_hora(iso, segundos ? 19 : 16)
function texto_hora(iso, fin) {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(iso || '')) return '—'
  return iso.slice(11, fin)
}
