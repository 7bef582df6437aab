// One demarcation down to its actas: secciones, casillas, those not counted, party split. Read when somebody gets there.
import { AQUI, leer, entero, incrustados } from './datos.js'
import { t, di } from './textos.js'
import { el, falla, miles, muestra } from './dom.js'
import { esDemarcacion, fila as filaActa, situaciones, todas } from './actas.js'
import { elegir } from './elegir.js'

const datos = incrustados()
const lista = document.getElementById('secciones-lista')
const partidos = document.getElementById('partidos-tabla')
const sinContar = document.getElementById('no-lista')
const columnas = new Map((datos?.columnas || []).map(([clave, nombre, clases]) => [clave, { nombre, clases }]))
const forma = esDemarcacion(datos?.eleccion, datos?.id)

const ACTA = /^#(\d{6}[A-Z]\d{4}\w*)$/

let pedido = null
async function cargar() {
  if (!pedido) {
    const espera = el('p', { class: 'nota' }, t.cargando)
    lista.replaceChildren(espera)
    pedido = leer(new URL(`${datos.eleccion}/demarcacion/${datos.id}.json`, AQUI), forma)
  }
  let d
  try { d = await pedido } catch (e) {
    pedido = null
    falla(lista, e, cargar)
    falla(partidos, e)
    if (sinContar) falla(sinContar, e)
    return null
  }
  if (!lista.dataset.listo) {
    lista.dataset.listo = 'si'
    pintarSecciones(d)
    pintarPartidos(d)
    if (sinContar) pintarSinContar(d)
    selector?.llenar()
  }
  return d
}

/** Swatches and name of a candidacy: who stands, else what its column says, else its parties. */
function rotulo(c) {
  const columna = columnas.get(c.clave), partidos = c.partidos || []
  const clases = columna?.clases ?? partidos.flatMap(p => columnas.get(p)?.clases ?? ['pi'])
  return [muestra(clases.length ? clases : ['pi']), datos.personas?.[c.clave] ?? columna?.nombre ?? (partidos.join(' · ') || c.clave)]
}

function pintarSecciones(d) {
  const buscar = el('input', { type: 'search', inputmode: 'numeric', autocomplete: 'off' })
  const filas = d.secciones.map(s => {
    const primero = s.por_candidatura.reduce((a, b) => b.votos > (a?.votos ?? 0) ? b : a, null)
    const cuerpo = el('div', { class: 'casillas' })
    const fila = el('details', { class: 'seccion', id: `s${s.seccion}`, 'data-n': s.seccion },
      el('summary', {}, el('b', {}, di('seccion', { n: s.seccion })),
        el('span', { class: 'cuantas' }, di('actas_de', { n: s.estadistica.actas_contabilizadas ?? 0, m: s.estadistica.actas_esperadas })),
        el('span', { class: 'quien' }, primero ? [rotulo(primero), ` ${miles(primero.votos)}`] : '—')),
      cuerpo)
    fila.addEventListener('toggle', () => { if (fila.open && !cuerpo.firstChild) cuerpo.append(casillas(s)) })
    return fila
  })
  const ninguna = el('p', { class: 'nota', hidden: true }, t.sin_secciones)
  let q = '', cual = ''
  const tiene = new Map(d.secciones.map(s => [String(s.seccion), new Set(s.casillas.flatMap(c => c.actas.map(a => a.situacion)))]))
  const ver = () => {
    let n = 0
    for (const f of filas) { f.hidden = !f.dataset.n.startsWith(q) || (cual && !tiene.get(f.dataset.n).has(cual)); n += !f.hidden }
    ninguna.hidden = n > 0
    caja.dataset.cual = cual
  }
  buscar.addEventListener('input', () => { q = buscar.value.replace(/\D/g, '').replace(/^0+/, ''); ver() })
  const caja = el('div', { class: 'secciones' }, filas)
  const grupos = [filtros(d, c => { cual = c; ver() }), el('p', { class: 'filtro' }, el('label', {}, t.filtrar_secciones, ' ', buscar)), ninguna, caja]
  if (d.fuera_de_catalogo.length) {
    grupos.push(el('h3', {}, t.fuera), el('ul', { class: 'actas' }, d.fuera_de_catalogo.map(a => filaActa(a, '', null, true))))
  }
  lista.replaceChildren(...grupos.filter(Boolean))
}

/** One button for each situación that the document tells, with how many actas are in it. */
function filtros(d, alElegir) {
  const actas = todas(d).map(x => x.a)
  const cuentas = situaciones(actas)
  if (!cuentas.length) return null
  const nota = el('p', { class: 'nota', role: 'status' })
  const botones = [['', actas.length], ...cuentas].map(([s, n]) => el('button', {
    type: 'button', class: `situacion s-${s}`, 'aria-pressed': String(!s), onclick: e => {
      for (const b of botones) b.setAttribute('aria-pressed', String(b === e.currentTarget))
      nota.textContent = t.situacion_nota[s] || ''
      alElegir(s)
    }
  }, s ? t.situacion[s] : t.todas, ' ', el('b', {}, miles(n))))
  return el('div', { class: 'situaciones', role: 'group', 'aria-label': t.situacion_titulo }, botones, nota)
}

const casillas = s => el('ul', { class: 'actas' }, s.casillas.flatMap(c => c.actas.map(a => filaActa(a, c.nombre, () => tocar(a, c)))))

function pintarSinContar(d) {
  const cuales = todas(d).filter(x => x.a.contabilizada === 0)
  sinContar.replaceChildren(el('ul', { class: 'actas' }, cuales.map(({ a, c, s }) =>
    filaActa(a, `${di('seccion', { n: s.seccion })} ${c.nombre}`, () => tocar(a, c), true))))
}

let quitar = null // closes the acta in view
let volviendo = false

/** The acta gets a step of its own in the history, so that Back closes it, and closing it goes back. */
function tocar(acta, casilla) {
  history.pushState(null, '', `#${acta.clave}`)
  abrir(acta, casilla, () => { volviendo = true; history.back() })
}

async function abrir(acta, casilla, alCerrar) {
  try {
    const { mostrar } = await import('./acta.js')
    quitar?.()
    quitar = mostrar(acta, casilla, columnas, () => { quitar = null; alCerrar() })
  } catch (e) { falla(lista, e) }
}

function pintarPartidos(d) {
  const pct = p => el('td', { class: 'num pct' }, p.porcentaje ? `${p.porcentaje}\u00a0%` : '—')
  const quien = p => { // a party by its name; an independent by both
    const { nombre, clases } = columnas.get(p.clave) ?? { nombre: p.clave, clases: ['pi'] }
    const persona = clases.includes('pi') ? datos.personas?.[p.clave] : null
    return [muestra(clases), nombre, persona && el('span', { class: 'quien' }, persona)]
  }
  const fila = p => el('tr', {}, el('th', { scope: 'row' }, quien(p)),
    [[t.propios, p.propios], [t.coalicion, p.coalicion], [t.total, p.votos]].map(([k, n]) => el('td', { class: 'num', 'data-en': k }, entero(n) ? miles(n) : '—')), pct(p))
  const cierre = (clase, nombre, p) => el('tr', { class: clase }, el('th', { scope: 'row' }, nombre), el('td'), el('td'), el('td', { class: 'num' }, miles(p.votos)), pct(p))
  const otras = ['no_registradas', 'nulos'].filter(k => entero(d[k]?.votos)).map(k => cierre('otro', t[k], d[k]))
  const suma = cierre('suma', t.total_votos, { votos: d.total, porcentaje: d.total ? '100.0000' : '' })
  partidos.replaceChildren(
    el('table', { class: 'part' },
      el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, t.partido), [t.propios, t.coalicion, t.total, t.porcentaje].map(c => el('th', { scope: 'col', class: 'num' }, c)))),
      el('tbody', {}, d.por_partido.map(fila), otras, suma)))
}

/** #s24 opens that sección, #140024C01001 that acta. */
async function ir() {
  const seccion = /^#s(\d{1,4})$/.exec(location.hash)
  const acta = ACTA.exec(location.hash)
  if (!seccion && !acta) return
  const d = await cargar()
  if (!d) return
  const n = seccion ? Number(seccion[1]) : Number(acta[1].slice(2, 6))
  const fila = document.getElementById(`s${n}`)
  if (!fila) return
  fila.open = true
  fila.scrollIntoView({ block: 'start' })
  fila.querySelector('summary').focus({ preventScroll: true })
  if (!acta) return
  const s = d.secciones.find(x => x.seccion === n)
  for (const c of s?.casillas || []) for (const a of c.actas) if (a.clave === acta[1] || c.clave === acta[1]) {
    abrir(a, c, () => history.replaceState(null, '', `#s${n}`))
    return
  }
}

let selector = null
if (datos && lista) {
  const elige = document.getElementById('elegir')
  selector = elegir(elige, null, '', () => pedido, (_, ancla) => { if (ancla) { if (location.hash === ancla) ir(); else location.hash = ancla } })
  lista.replaceChildren(el('p', { class: 'nota' }, t.cargando))
  const cerca = new IntersectionObserver(vistos => {
    if (vistos.some(v => v.isIntersecting)) { cerca.disconnect(); cargar() }
  }, { rootMargin: '300px' })
  for (const e of [lista, partidos, sinContar]) if (e) cerca.observe(e)
  addEventListener('hashchange', () => {
    const habia = quitar
    habia?.()
    quitar = null
    if (volviendo || (habia && !ACTA.test(location.hash))) { volviendo = false; return } // they are where they were
    ir()
  })
  ir()
}
