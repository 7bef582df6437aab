// Reading files of the corte this page belongs to. A missing or odd file is an Error with a sentence for people.
import { t } from './textos.js'

const { raiz, aqui } = document.documentElement.dataset
export const RAIZ = new URL(raiz || './', location.href)
export const AQUI = new URL(aqui || './', location.href)

export class Falla extends Error {}

/** Fetch JSON and check it. `forma(doc)` returns true when the page can use it. */
export async function leer(url, forma, opciones = {}) {
  const control = new AbortController()
  const reloj = setTimeout(() => control.abort(), 20000)
  let respuesta, doc
  try {
    respuesta = await fetch(url, { credentials: 'omit', signal: control.signal, ...opciones })
  } catch { throw new Falla(t.red) } finally { clearTimeout(reloj) }
  if (!respuesta.ok) throw new Falla(t.no_esta)
  try { doc = await respuesta.json() } catch { throw new Falla(t.forma) }
  let bien = false
  try { bien = forma(doc) === true } catch { /* odd shape */ }
  if (!bien) throw new Falla(t.forma)
  return doc
}

export const entero = n => Number.isSafeInteger(n) && n >= 0
export const texto = s => typeof s === 'string'
export const ruta = s => texto(s) && /^(?!\/)(?!.*\.\.)[\w./-]+$/.test(s)

/** Data block written in the page when it was made. */
export function incrustados() {
  try { return JSON.parse(document.getElementById('datos').textContent) } catch { return null }
}

export async function sha256(octetos) {
  const huella = await crypto.subtle.digest('SHA-256', octetos)
  return Array.from(new Uint8Array(huella), b => b.toString(16).padStart(2, '0')).join('')
}
