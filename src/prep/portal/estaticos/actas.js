// What pages say of an acta in a list: its situación, whether it counts, and why not.
import { entero, texto } from './datos.js'
import { t } from './textos.js'
import { el, miles } from './dom.js'

const esResultado = r => entero(r.total) && Array.isArray(r.por_candidatura) && entero(r.estadistica.actas_esperadas)

/** Whether a document is the demarcation asked for, whole. */
export const esDemarcacion = (eleccion, id) => d => d.formato === 'prep/demarcacion/1' && d.eleccion === eleccion && d.id === id &&
  esResultado(d) && Array.isArray(d.por_partido) && Array.isArray(d.secciones) &&
  d.secciones.every(s => entero(s.seccion) && esResultado(s) && Array.isArray(s.casillas) &&
    s.casillas.every(c => texto(c.clave) && texto(c.nombre) && Array.isArray(c.actas))) && Array.isArray(d.fuera_de_catalogo)

/** Every acta of a demarcation with the casilla and sección it is of. */
export const todas = d => d.secciones.flatMap(s => s.casillas.flatMap(c => c.actas.map(a => ({ a, c, s }))))

const SITUACIONES = ['publicada', 'en_captura', 'no_digitalizada', 'sin_acta', 'no_recibida']
export const situaciones = actas => SITUACIONES.map(s => [s, actas.filter(a => a.situacion === s).length]).filter(([, n]) => n)

const chapa = (clase, palabra) => el('span', { class: `est ${clase}` }, palabra)

/** Its situación when the document says it, and whether it counts once that is known. */
export function estados(a) {
  const cuenta = a.contabilizada === undefined ? null : chapa(`e${a.contabilizada}`, t[`contabilizada_${a.contabilizada}`] ?? a.contabilizada)
  const palabra = t.situacion[a.situacion]
  if (!palabra) return cuenta ?? chapa('', t.estados[a.estado] ?? a.estado)
  if (a.situacion === 'publicada' && cuenta) return cuenta
  return el('span', { class: 'chapas' }, chapa(`s-${a.situacion}`, palabra), cuenta)
}

const llave = o => o.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replace(/[^a-z0-9]+/g, '_').replace(/^_|_$/g, '')

/** Observations with what each means: nobody has to know what `Sin acta(1)` is. */
export const observaciones = a => (Array.isArray(a.observaciones) ? a.observaciones : []).map(o =>
  el('li', {}, el('b', {}, String(o)), t.observacion[llave(String(o))] && el('span', { class: 'quien' }, t.observacion[llave(String(o))])))

/** A row that opens an acta. `abrir`: the address of its page, or what to do; without it the row only tells. */
export function fila(a, nombre, abrir, conMotivo = false) {
  const total = a.valores?.total_calculado
  const dentro = [el('b', {}, nombre || a.clave), estados(a), el('span', { class: 'num' }, entero(total) ? `${miles(total)} ${t.votos.toLowerCase()}` : '')]
  const boton = typeof abrir === 'string' ? el('a', { class: 'acta', href: abrir }, dentro)
    : abrir ? el('button', { type: 'button', class: 'acta', 'data-acta': a.clave, onclick: abrir }, dentro)
      : el('span', { class: 'acta' }, dentro)
  const dichas = conMotivo ? observaciones(a) : []
  return el('li', { 'data-situacion': a.situacion }, boton, dichas.length > 0 && el('ul', { class: 'motivos' }, dichas))
}
