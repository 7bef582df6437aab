// One demarcation down to its actas: secciones, casillas, party split. Read only when somebody gets there.
import { AQUI, leer, entero, texto, incrustados } from './datos.js'
import { t, di } from './textos.js'
import { el, falla, miles, muestra } from './dom.js'

const datos = incrustados()
const lista = document.getElementById('secciones-lista')
const partidos = document.getElementById('partidos-tabla')
const columnas = new Map((datos?.columnas || []).map(([clave, nombre, clases]) => [clave, { nombre, clases }]))

const esResultado = r => entero(r.total) && Array.isArray(r.por_candidatura) && entero(r.estadistica.actas_esperadas)
const forma = d => d.formato === 'prep/demarcacion/1' && d.eleccion === datos.eleccion && d.id === datos.id &&
  esResultado(d) && Array.isArray(d.por_partido) && Array.isArray(d.secciones) &&
  d.secciones.every(s => entero(s.seccion) && esResultado(s) && Array.isArray(s.casillas) &&
    s.casillas.every(c => texto(c.clave) && texto(c.nombre) && Array.isArray(c.actas))) && Array.isArray(d.fuera_de_catalogo)

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
    return null
  }
  if (!lista.dataset.listo) {
    lista.dataset.listo = 'si'
    pintarSecciones(d)
    pintarPartidos(d)
  }
  return d
}

function rotulo(c) {
  const columna = columnas.get(c.clave)
  if (columna) return [muestra(columna.clases), columna.nombre]
  const clases = (c.partidos || []).flatMap(p => columnas.get(p)?.clases || ['pi'])
  return [muestra(clases.length ? clases : ['pi']), (c.partidos || []).join(' · ') || c.clave]
}

function pintarSecciones(d) {
  const buscar = el('input', { type: 'search', inputmode: 'numeric', autocomplete: 'off' })
  const cuenta = el('span', { role: 'status' })
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
  buscar.addEventListener('input', () => {
    const q = buscar.value.replace(/\D/g, '').replace(/^0+/, '')
    let n = 0
    for (const f of filas) { f.hidden = !f.dataset.n.startsWith(q); n += !f.hidden }
    cuenta.textContent = n ? '' : t.sin_secciones
  })
  const grupos = [el('p', { class: 'filtro' }, el('label', {}, t.filtrar_secciones, ' ', buscar), ' ', cuenta), el('div', { class: 'secciones' }, filas)]
  if (d.fuera_de_catalogo.length) {
    grupos.push(el('h3', {}, t.fuera), el('ul', { class: 'actas' }, d.fuera_de_catalogo.map(a => filaActa(a, { nombre: '', lista_nominal: null }))))
  }
  lista.replaceChildren(...grupos)
}

const casillas = s => el('ul', { class: 'actas' }, s.casillas.flatMap(c => c.actas.map(a => filaActa(a, c))))

export const estado = a => a.contabilizada === undefined ? t.estados[a.estado] ?? a.estado : t[`contabilizada_${a.contabilizada}`] ?? t.estados[a.estado]

function filaActa(a, casilla) {
  const total = a.valores?.total_calculado
  return el('li', {}, el('button', { type: 'button', class: 'acta', 'data-acta': a.clave, onclick: () => abrir(a, casilla) },
    el('b', {}, casilla.nombre || a.clave), el('span', { class: `est e${a.contabilizada ?? ''}` }, estado(a)),
    el('span', { class: 'num' }, entero(total) ? `${miles(total)} ${t.votos.toLowerCase()}` : '')))
}

async function abrir(acta, casilla) {
  try {
    const { mostrar } = await import('./acta.js')
    mostrar(acta, casilla, columnas)
  } catch (e) { falla(lista, e) }
}

function pintarPartidos(d) {
  const fila = p => el('tr', {}, el('th', { scope: 'row' }, rotulo(p)),
    [p.propios, p.coalicion, p.votos].map(n => el('td', { class: 'num' }, entero(n) ? miles(n) : '—')),
    el('td', { class: 'num pct' }, p.porcentaje ? `${p.porcentaje}\u00a0%` : '—'))
  partidos.replaceChildren(el('div', { class: 'rueda', tabindex: '0', role: 'group', 'aria-labelledby': 'h-part' },
    el('table', { class: 'part' },
      el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, t.partido), [t.propios, t.coalicion, t.total, t.porcentaje].map(c => el('th', { scope: 'col', class: 'num' }, c)))),
      el('tbody', {}, d.por_partido.map(fila)))))
}

/** #s24 opens that sección, #140024C01001 that acta. */
async function ir() {
  const seccion = /^#s(\d{1,4})$/.exec(location.hash)
  const acta = /^#(\d{6}[A-Z]\d{4}\w*)$/.exec(location.hash)
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
  for (const c of s?.casillas || []) for (const a of c.actas) if (a.clave === acta[1] || c.clave === acta[1]) { abrir(a, c); return }
}

if (datos && lista) {
  lista.replaceChildren(el('p', { class: 'nota' }, t.cargando))
  const cerca = new IntersectionObserver(vistos => {
    if (vistos.some(v => v.isIntersecting)) { cerca.disconnect(); cargar() }
  }, { rootMargin: '300px' })
  cerca.observe(lista)
  cerca.observe(partidos)
  addEventListener('hashchange', ir)
  ir()
}
