// The map answers to pointer; the table under it can be filtered and sorted. Everything is already in the page.
import { AQUI, leer, incrustados } from './datos.js'
import { t, di } from './textos.js'
import { el } from './dom.js'
import { esDemarcacion } from './actas.js'
import { elegir } from './elegir.js'

const tabla = document.getElementById('lugares')
const ficha = document.getElementById('ficha')

// map
for (const mapa of document.querySelectorAll('.mapa svg')) {
  if (ficha) ficha.hidden = false
  const lugar = e => e.target.closest('g[data-id]')
  mapa.addEventListener('pointerover', e => { const g = lugar(e); if (g) mostrar(g) })
  mapa.addEventListener('click', e => {
    const g = lugar(e)
    if (!g) return
    if (e.pointerType === 'touch' && !g.classList.contains('este')) { mostrar(g); return }
    const a = document.querySelector(`#d${g.dataset.id} a`)
    if (a) location.href = a.href
  })
}

function mostrar(g) {
  const fila = document.getElementById(`d${g.dataset.id}`)
  if (!fila || !ficha) return
  for (const otra of document.querySelectorAll('g.este')) otra.classList.remove('este')
  g.classList.add('este')
  const cabezas = [...tabla.tHead.rows[0].cells].map(c => c.dataset.nombre || c.textContent)
  const pares = [...fila.cells].slice(1).filter(c => c.textContent.trim()).map(c => {
    const copia = el('dd'); copia.append(...[...c.cloneNode(true).childNodes])
    return el('div', {}, el('dt', {}, cabezas[c.cellIndex]), copia)
  })
  const enlace = fila.cells[0].firstElementChild.cloneNode(true)
  ficha.replaceChildren(el('b', {}, enlace), el('dl', {}, pares))
}

// selectors
const datos = incrustados()
const elige = document.getElementById('elegir')
if (elige && datos) {
  elegir(elige, Object.entries(datos.lugares), datos.lugar,
    id => leer(new URL(`${datos.eleccion}/demarcacion/${id}.json`, AQUI), esDemarcacion(datos.eleccion, Number(id))),
    (id, ancla) => { location.href = `${id}.html${ancla}` })
}

// filter
const filtro = document.getElementById('filtro')
const llano = s => s.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
if (tabla && filtro) {
  filtro.closest('p').hidden = tabla.tBodies[0].rows.length < 8
  filtro.addEventListener('input', () => {
    const buscado = llano(filtro.value.trim())
    let n = 0
    for (const f of tabla.tBodies[0].rows) {
      f.hidden = !llano(f.cells[0].textContent).includes(buscado)
      n += !f.hidden
    }
    document.getElementById('filtrados').textContent = buscado ? di('resultados', { n }) : ''
  })
}

// sort
if (tabla) {
  const valor = c => {
    const s = c.textContent.replace(/[,\s%]/g, '')
    return s !== '' && !Number.isNaN(Number(s)) ? Number(s) : c.textContent.trim() === '—' ? -1 : c.textContent
  }
  for (const th of tabla.tHead.rows[0].cells) {
    const nombre = th.textContent
    th.dataset.nombre = nombre
    th.replaceChildren(el('button', { type: 'button', class: 'orden', onclick: () => ordenar(th) }, nombre))
  }
  function ordenar(th) {
    const baja = th.getAttribute('aria-sort') !== 'descending'
    for (const otro of tabla.tHead.rows[0].cells) otro.removeAttribute('aria-sort')
    th.setAttribute('aria-sort', baja ? 'descending' : 'ascending')
    const filas = [...tabla.tBodies[0].rows]
    filas.sort((a, b) => {
      const x = valor(a.cells[th.cellIndex]), y = valor(b.cells[th.cellIndex])
      const r = typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y), 'es')
      return baja ? -r : r
    })
    tabla.tBodies[0].append(...filas)
  }
}
