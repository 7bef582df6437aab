// Who signed: reads the checkpoint, and checks here that the manifest of this corte is the one the pointer names.
import { RAIZ, AQUI, leer, entero, texto, sha256 } from './datos.js'
import { t, di } from './textos.js'
import { el, falla } from './dom.js'

const lugar = document.getElementById('firmas')

/** A C2SP signed note: origin, size, root, blank line, one signature per line. Names only: this page checks no signature. */
export function leerNota(nota) {
  const [cuerpo, firmas] = nota.split('\n\n')
  const [origen, tamano, raiz] = cuerpo.split('\n')
  const nombres = (firmas || '').split('\n').map(l => /^— (\S+) [A-Za-z0-9+/=]+$/.exec(l)?.[1]).filter(Boolean)
  if (!origen || !/^\d+$/.test(tamano) || !raiz || !nombres.length) return null
  return { origen, tamano, raiz, nombres: [...new Set(nombres)] }
}

async function firmas() {
  let nota = null
  try {
    const r = await fetch(new URL('checkpoint', RAIZ), { credentials: 'omit', cache: 'no-cache' })
    if (r.ok) nota = leerNota(await r.text())
  } catch { /* said below */ }
  if (!nota) return el('p', { class: 'aparte' }, t.sin_checkpoint)
  return el('section', {}, el('h2', {}, di('firmas', { n: nota.nombres.length })),
    el('ul', { class: 'firmantes' }, nota.nombres.map(n => el('li', {}, n))),
    el('dl', { class: 'pares' }, [[t.registro, nota.origen], [t.tamano, nota.tamano], [t.raiz, nota.raiz]].map(([k, v]) =>
      el('div', {}, el('dt', {}, k), el('dd', {}, el('code', {}, v))))))
}

async function manifiesto() {
  const ultimo = await leer(new URL('ultimo.json', RAIZ), d => entero(d.corte) && texto(d.ruta) && /^[0-9a-f]{64}$/.test(d.manifiesto), { cache: 'no-cache' })
  const mio = await leer(new URL('cabecera.json', AQUI), d => entero(d.corte))
  const respuesta = await fetch(new URL('corte.json', AQUI), { credentials: 'omit' })
  if (!respuesta.ok) throw new Error(t.no_esta)
  if (!globalThis.crypto?.subtle) return el('p', { class: 'nota' }, t.huella_no)
  const huella = await sha256(await respuesta.arrayBuffer())
  const vigente = ultimo.corte === mio.corte
  const bien = huella === ultimo.manifiesto
  const frase = !vigente ? t.manifiesto_otro : bien ? t.manifiesto_bien : t.manifiesto_mal
  return el('div', {}, el('p', { class: !vigente ? 'nota' : bien ? 'bien' : 'falla' }, frase),
    el('dl', { class: 'pares' }, el('div', {}, el('dt', {}, t.huella_manifiesto), el('dd', {}, el('code', {}, huella)))))
}

async function todo() {
  const uno = el('div'), dos = el('div')
  lugar.replaceChildren(uno, dos)
  uno.append(await firmas())
  try { dos.append(await manifiesto()) } catch (e) { falla(dos, e, todo) }
}
if (lugar) todo()
